"""One template in one language, and the variables of its texts.

Rule: components are kept as they came; whoever needs one asks for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(slots=True)
class Template:
    """One template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    reason: str = "NONE"
    judged_at: int = 0  # its quality, last
    edited_at: float = field(default=float("-inf"))

    def component(self, kind: str) -> dict[str, Any]:
        """The component of a type; {} without one."""
        return next((one for one in self.components if one.get("type", "").upper() == kind), {})

    def node(self) -> dict[str, Any]:
        """What the API shows of it."""
        return {
            "name": self.name,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "quality_score": {"score": self.quality, "date": self.judged_at},
            "rejected_reason": self.reason,
            "id": self.id,
        }


def variables(text: str) -> tuple[str, ...]:
    """The different variables of a text, in order."""
    return tuple(dict.fromkeys(match.group(1) for match in VARIABLE.finditer(text)))
