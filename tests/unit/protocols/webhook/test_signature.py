from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.webhook.signature import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    SignatureCheck,
    headers,
    secret_key,
    secret_text,
    verify,
)

NOW = 1_614_265_330
OLD, NEW, OTHER = b"o" * 24, b"n" * 32, b"x" * 64
KEYS = st.binary(min_size=24, max_size=64)


def check(keys: list[bytes], sent: dict[str, str], body: bytes, now: int = NOW) -> SignatureCheck:
    return verify(keys, sent[ID], sent[TIMESTAMP], sent[SIGNATURE], body, now)


def test_known_answer() -> None:
    """The example of the Standard Webhooks reference libraries; the same result from PyPI standardwebhooks
    1.1.0."""
    key = secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    sent = headers([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, b'{"test": 2432232314}')
    assert sent == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(KEYS, st.text(st.characters(codec="ascii", exclude_characters="."), min_size=1), st.binary())
def test_what_is_signed_is_genuine(key: bytes, message_id: str, body: bytes) -> None:
    sent = headers([key], message_id, NOW, body)
    assert check([key], sent, body) is SignatureCheck.GENUINE
    assert check([key], sent, body + b"\0") is SignatureCheck.FORGED
    assert check([key], {**sent, ID: message_id + "x"}, body) is SignatureCheck.FORGED
    assert check([key], {**sent, TIMESTAMP: str(NOW + 1)}, body) is SignatureCheck.FORGED


@pytest.mark.parametrize(
    ("signed_with", "known", "expected"),
    [
        ([OLD], [OLD], SignatureCheck.GENUINE),
        ([NEW, OLD], [OLD], SignatureCheck.GENUINE),
        ([NEW, OLD], [NEW], SignatureCheck.GENUINE),
        ([NEW], [OLD, NEW], SignatureCheck.GENUINE),
        ([NEW], [OLD], SignatureCheck.FORGED),
        ([NEW, OLD], [OTHER], SignatureCheck.FORGED),
        ([NEW], [], SignatureCheck.FORGED),
    ],
)
def test_rotation(signed_with: list[bytes], known: list[bytes], expected: SignatureCheck) -> None:
    sent = headers(signed_with, "msg_1", NOW, b"")
    assert sent[SIGNATURE].count("v1,") == len(signed_with)
    assert check(known, sent, b"") is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW + 300, SignatureCheck.GENUINE),
        (NOW + 301, SignatureCheck.TOO_OLD),
        (NOW - 300, SignatureCheck.GENUINE),
        (NOW - 301, SignatureCheck.TOO_NEW),
    ],
)
def test_tolerance(now: int, expected: SignatureCheck) -> None:
    assert check([OLD], headers([OLD], "msg_1", NOW, b"body"), b"body", now) is expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({ID: ""}, SignatureCheck.MALFORMED),
        ({ID: "msg.1"}, SignatureCheck.MALFORMED),
        ({TIMESTAMP: ""}, SignatureCheck.MALFORMED),
        ({TIMESTAMP: "now"}, SignatureCheck.MALFORMED),
        ({TIMESTAMP: "-1"}, SignatureCheck.MALFORMED),
        ({TIMESTAMP: "١٦١٤٢٦٥٣٣٠"}, SignatureCheck.MALFORMED),
        ({TIMESTAMP: "9" * 5_000}, SignatureCheck.MALFORMED),
        ({SIGNATURE: ""}, SignatureCheck.FORGED),
        ({SIGNATURE: "v1"}, SignatureCheck.FORGED),
        ({SIGNATURE: "v1,"}, SignatureCheck.FORGED),
        ({SIGNATURE: "v1,ä"}, SignatureCheck.MALFORMED),
        ({ID: "msg\udcff"}, SignatureCheck.MALFORMED),
    ],
)
def test_broken_headers(changed: dict[str, str], expected: SignatureCheck) -> None:
    assert check([OLD], headers([OLD], "msg_1", NOW, b"") | changed, b"") is expected


def test_only_version_one_counts() -> None:
    sent = headers([OLD], "msg_1", NOW, b"")
    value = sent[SIGNATURE].removeprefix("v1,")
    assert check([OLD], sent | {SIGNATURE: f"v1a,{value} v2,{value}"}, b"") is SignatureCheck.FORGED
    assert check([OLD], sent | {SIGNATURE: f"v1a,AAAA v1,{value}"}, b"") is SignatureCheck.GENUINE


@given(KEYS)
def test_a_secret_s_text_form_goes_both_ways(key: bytes) -> None:
    text = secret_text(key)
    assert text.startswith("whsec_")
    assert secret_key(text) == secret_key(text.removeprefix("whsec_")) == key


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_!!!", "whsec_AAAA", "whsk_" + "A" * 32, "whsec_" + "A" * 92]
)
def test_what_is_no_secret(text: str) -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        secret_key(text)


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_secret_s_size(size: int) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        secret_text(bytes(size))


@pytest.mark.parametrize(("keys", "message_id"), [([], "msg_1"), ([OLD], ""), ([OLD], "msg.1")])
def test_what_cannot_be_signed(keys: list[bytes], message_id: str) -> None:
    with pytest.raises(ValueError, match=r"nothing|webhook id"):
        headers(keys, message_id, NOW, b"")
