"""The business's side: phone numbers, what they belong to, and what opens them.

Rule: one number is one row of data; nothing about it is kept elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CloudNumber:
    """A business phone number of the Cloud API, with its account and app.

    Numbers of one `waba_id` share templates, token and callback; the first one's are taken.
    """

    phone_number_id: str = "100000000000001"
    waba_id: str = "200000000000001"
    display_number: str = "358942415999"  # digits
    verified_name: str = "Viesti Demo"
    app_id: str = "300000000000001"
    token: str = "simulated-token"  # noqa: S105  of a simulation
    app_secret: str = "simulated-app-secret"  # noqa: S105
    verify_token: str = "simulated-verify-token"  # noqa: S105
    callback_url: str = ""  # webhooks wait until there is one

    @property
    def metadata(self) -> dict[str, str]:
        """As every webhook names it."""
        return {"display_phone_number": self.display_number, "phone_number_id": self.phone_number_id}

    @property
    def node(self) -> dict[str, Any]:
        """What a GET of it gives."""
        return {
            "verified_name": self.verified_name,
            "code_verification_status": "VERIFIED",
            "display_phone_number": f"+{self.display_number}",
            "quality_rating": "GREEN",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "id": self.phone_number_id,
        }
