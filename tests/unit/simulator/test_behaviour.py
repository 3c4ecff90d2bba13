"""What happens to a message is decided by data, an ending of its destination, and a seeded chance."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from viesti.simulator.behaviour import Behaviour, Carrier, Span
from viesti.simulator.receipt import Quirk
from viesti.simulator.treatment import MAGIC, Answer, Fate, Treatment

NUMBER = "358401234567"


def carrier(**behaviour: object) -> Carrier:
    return Carrier(Behaviour(**behaviour), Random(7))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("behaviour", "destination", "expected"),
    [
        ({}, NUMBER, Treatment()),
        ({"outcomes": ((Fate.EXPIRED, 1.0),)}, NUMBER, Treatment(fate=Fate.EXPIRED)),
        ({"throttled": 1.0}, NUMBER, Treatment(answer=Answer.THROTTLED)),
        ({"queue_full": 1.0}, NUMBER, Treatment(answer=Answer.QUEUE_FULL)),
        ({"system_errors": 1.0}, NUMBER, Treatment(answer=Answer.SYSTEM_ERROR)),
        ({"lost_answers": 1.0}, NUMBER, Treatment(answered=False)),
        ({"dropped_links": 1.0}, NUMBER, Treatment(drop=True)),
        ({"drop_every": 1}, NUMBER, Treatment(drop=True)),
        ({"answer_delay": Span(2.0, 2.0)}, NUMBER, Treatment(answer_delay=2.0)),
        ({"refused_prefixes": ("35840",)}, NUMBER, Treatment(answer=Answer.INVALID_DESTINATION)),
        ({"refused_prefixes": ("46", "35850")}, NUMBER, Treatment()),
        ({"quirks": frozenset({Quirk.DUPLICATE})}, NUMBER, Treatment(copies=2)),
        ({"quirks": frozenset({Quirk.BEFORE_ANSWER})}, NUMBER, Treatment(receipt_first=True)),
        ({"magic": False}, "358400000001", Treatment()),
        ({"magic": True}, "358400000001", Treatment(fate=Fate.UNDELIVERED)),
        ({"magic": True}, "0001", Treatment()),  # a short code, not an ending
        ({"magic": True, "throttled": 1.0}, "358400000011", Treatment(answer=Answer.INVALID_DESTINATION)),
        ({"magic": True, "answer_delay": Span(1, 1)}, "358400000001",
         Treatment(fate=Fate.UNDELIVERED, answer_delay=1)),
    ],
)  # fmt: skip
def test_treatment(behaviour: dict[str, object], destination: str, expected: Treatment) -> None:
    assert carrier(**behaviour).treat("demo", destination, 0.0) == expected


@pytest.mark.parametrize("magic", [one for one in MAGIC if one.times], ids=lambda magic: magic.ending)
def test_an_ending_that_means_something_only_at_first(magic: object) -> None:
    one = carrier(magic=True)
    destination, other = f"35840111{magic.ending}", f"35850111{magic.ending}"  # type: ignore[attr-defined]
    treatments = [one.treat("demo", destination, 0.0) for _ in range(magic.times + 1)]  # type: ignore[attr-defined]
    assert treatments == [magic.treatment] * magic.times + [Treatment()]  # type: ignore[attr-defined]
    assert one.treat("demo", other, 0.0) == magic.treatment  # type: ignore[attr-defined]


def test_endings_are_unlike() -> None:
    assert len({magic.ending for magic in MAGIC}) == len(MAGIC)
    assert {len(magic.ending) for magic in MAGIC} == {4}


def test_throttle_counts_each_account_and_fills_again() -> None:
    one = carrier(throttle_above=2.0)

    def answers(account: str, now: float, count: int) -> list[Answer]:
        return [one.treat(account, NUMBER, now).answer for _ in range(count)]

    ok, slow = Answer.OK, Answer.THROTTLED
    assert answers("a", 0.0, 3) == [ok, ok, slow]
    assert answers("b", 0.0, 3) == [ok, ok, slow]
    assert answers("a", 0.5, 2) == [ok, slow]
    assert answers("a", 100.0, 3) == [ok, ok, slow]  # never more than a second's worth


def test_drop_every_counts_messages() -> None:
    one = carrier(drop_every=3)
    assert [one.treat("demo", NUMBER, 0.0).drop for _ in range(7)] == [
        False, False, True, False, False, True, False,
    ]  # fmt: skip


def test_shares_and_outcomes_come_as_often_as_they_weigh() -> None:
    one = carrier(outcomes=((Fate.DELIVERED, 9.0), (Fate.UNDELIVERED, 1.0)), throttled=0.1, queue_full=0.1)
    treatments = [one.treat("demo", NUMBER, 0.0) for _ in range(5000)]
    answers = Counter(treatment.answer for treatment in treatments)
    fates = Counter(treatment.fate for treatment in treatments if treatment.taken)
    assert 400 < answers[Answer.THROTTLED] < 600
    assert 400 < answers[Answer.QUEUE_FULL] < 600
    assert 0.07 < fates[Fate.UNDELIVERED] / answers[Answer.OK] < 0.13


def test_the_same_seed_gives_the_same_treatments() -> None:
    options = {"outcomes": ((Fate.DELIVERED, 1.0), (Fate.EXPIRED, 1.0)), "receipt_delay": Span(0, 9)}
    runs = []
    for _ in range(2):
        one = carrier(**options)
        treatments = [one.treat("demo", NUMBER, 0.0) for _ in range(50)]
        runs.append([(treatment.fate, one.receipt_delay(treatment)) for treatment in treatments])
    assert runs[0] == runs[1]
    assert len({delay for _, delay in runs[0]}) == 50
    assert all(0 <= delay <= 9 for _, delay in runs[0])


def test_a_treatment_may_name_its_own_receipt_delay() -> None:
    one = carrier(receipt_delay=Span(2.0, 2.0))
    assert one.receipt_delay(Treatment()) == 2.0
    assert one.receipt_delay(Treatment(receipt_delay=0.0)) == 0.0
