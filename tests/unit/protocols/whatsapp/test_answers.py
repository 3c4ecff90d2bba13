"""What became of a send, by its answer; and what an error asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.whatsapp.answers import LONGEST_TEXT, Refused, Sent, Unclear, read_sent
from viesti.protocols.whatsapp.errors import ERRORS, NO_CODE, OPTED_OUT, PAIR, SUBCODES, Action, action

SENT = b'{"messaging_product":"whatsapp","contacts":[%s],"messages":[%s]}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, SENT % (b'{"input":"+358 40","wa_id":"35840"}', b'{"id":"wamid.A"}'), Sent("wamid.A", "35840")),
        (
            200,
            SENT % (b'{"input":"FI.1","user_id":"FI.1"}', b'{"id":"wamid.A","message_status":"accepted"}'),
            Sent("wamid.A", "", "FI.1"),
        ),
        (
            200,
            SENT
            % (
                b'{"input":"35840","wa_id":"35840"}',
                b'{"id":"wamid.A","message_status":"held_for_quality_assessment"}',
            ),
            Sent("wamid.A", "35840", held=True),
        ),
        (200, b'{"messages":[{"id":"wamid.A"}]}', Sent("wamid.A")),
        (200, b'{"messages":[]}', Unclear(200, "the answer names no message")),
        (200, b'{"messages":[{"id":""}]}', Unclear(200, "the answer names no message")),
        (200, b"<html>", Unclear(200, "the answer is not what Meta documents")),
        (200, b"", Unclear(200, "the answer is not what Meta documents")),
        (200, b"[" * 100_000, Unclear(200, "the answer is not what Meta documents")),
        (
            400,
            b'{"error":{"message":"(#131030) Recipient phone number not in allowed list",'
            b'"type":"OAuthException","code":131030,'
            b'"error_data":{"messaging_product":"whatsapp","details":"Add it to the list."},'
            b'"error_subcode":2655007,"fbtrace_id":"AI"}}',
            Refused(
                131030,
                "(#131030) Recipient phone number not in allowed list",
                "Add it to the list.",
                400,
                2655007,
                "AI",
            ),
        ),
        (400, b'{"error":{"code":100,"error_data":"x"}}', Refused(100, "HTTP 400", "", 400)),
        (401, b'{"error":{"message":"expired","code":"190"}}', Refused(190, "expired", "", 401)),
        (500, b'{"error":{"message":"unknown","code":1}}', Refused(1, "unknown", "", 500)),
        (
            400,
            b'{"error":{"message":"later","code":999999,"is_transient":true}}',
            Refused(999999, "later", "", 400, transient=True),
        ),
        (502, b"<html>Bad Gateway", Refused(NO_CODE, "HTTP 502", "", 502)),
        (503, b"", Refused(NO_CODE, "HTTP 503", "", 503)),
        (302, b"", Refused(NO_CODE, "HTTP 302", "", 302)),
        (400, b'{"error":"no"}', Refused(NO_CODE, "HTTP 400", "", 400)),
        (400, b"[" * 100_000, Refused(NO_CODE, "HTTP 400", "", 400)),
    ],
)
def test_answers(status: int, body: bytes, expected: Sent | Refused | Unclear) -> None:
    assert read_sent(status, body) == expected


def test_what_meta_says_is_kept_short() -> None:
    refused = read_sent(400, b'{"error":{"code":1,"message":"%s"}}' % (b"x" * 9000))
    assert isinstance(refused, Refused)
    assert refused.title == "x" * LONGEST_TEXT


@given(st.integers(100, 599), st.binary())
def test_any_answer(status: int, body: bytes) -> None:
    assert isinstance(read_sent(status, body), Sent | Unclear) is (200 <= status < 300)


ACTIONS = {
    Action.STOP: [0, 3, 10, 190, 200, 299, 368, 131005, 131031, 131037, 131042, 131044, 131045, 133010],
    Action.WAIT: [1, 2, 4, 17, 341, 613, 80007, 130429, 131000, 131016, 131056, 131057, 133016, 135000],
    Action.DAY: [131048, 131049, 131064],
    Action.FINAL: [130472, 130497, 131021, 131026, 131030, 131047, 131050, 131051, 131062],
    Action.CALLER: [100, 131008, 131009, 131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015,
                    132016, 132068, 132069],
    Action.MEDIA: [131052, 131053],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"), [(code, asked) for asked, codes in ACTIONS.items() for code in codes]
)
def test_codes(code: int, expected: Action) -> None:
    assert action(code) is expected


@pytest.mark.parametrize(
    ("code", "http_status", "subcode", "expected"),
    [
        (100, 400, 33, Action.STOP),
        (131026, 500, 0, Action.FINAL),  # the code knows better than the status
        (999999, 400, 0, Action.CALLER),
        (999999, 503, 0, Action.WAIT),
        (NO_CODE, 401, 0, Action.STOP),
        (NO_CODE, 403, 0, Action.STOP),
        (NO_CODE, 404, 0, Action.CALLER),
        (NO_CODE, 408, 0, Action.WAIT),
        (NO_CODE, 429, 0, Action.WAIT),
        (NO_CODE, 500, 0, Action.WAIT),
    ],
)
def test_what_no_table_knows(code: int, http_status: int, subcode: int, expected: Action) -> None:
    assert action(code, http_status, subcode) is expected
    assert Refused(code, "", "", http_status, subcode).action is expected


def test_a_code_of_tomorrow_may_say_that_it_passes() -> None:
    assert Refused(999999, "", "", 400, transient=True).action is Action.WAIT
    assert Refused(131026, "", "", 400, transient=True).action is Action.FINAL


def test_special_codes_are_known() -> None:
    assert {ERRORS[code] for code in PAIR} == {Action.WAIT}
    assert {ERRORS[code] for code in OPTED_OUT} == {Action.FINAL}
    assert {code for code, _ in SUBCODES} <= set(ERRORS)
