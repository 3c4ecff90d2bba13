"""Kinds of channels by name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.cloud_api import OPTIONS

from viesti.channels import registry
from viesti.channels.options import OptionError


@pytest.mark.parametrize(
    ("kind", "options"),
    [("smpp", {"host": "smsc.example", "system_id": "v"}), ("loopback", {}), ("whatsapp", OPTIONS)],
)
def test_good(kind: str, options: dict[str, Any]) -> None:
    registry.check(kind, options)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("pigeon", {}, "kind: must be one of 'smpp', 'loopback', 'whatsapp', not 'pigeon'"),
        ("smpp", {}, "host: is required"),
        ("loopback", {"window": 0}, "window: must be from 1 to 100000, not 0"),
        ("loopback", {"undelivered": 0.7, "expired": 0.7}, "expired: and undelivered are more than 1"),
        ("loopback", {"host": "x"}, "host: is no option here"),
    ],
)  # fmt: skip
def test_wrong(kind: str, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        registry.check(kind, options)
    assert str(caught.value) == sentence
