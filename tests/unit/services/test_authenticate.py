"""Client keys and secrets: what is let in, what is remembered, and how guessing is slowed down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from viesti.domain.estate import Application, Customer, Estate
from viesti.services.authenticate import Authenticate, Caller, Reason, TurnedAway
from viesti.services.estate import Snapshot
from viesti.services.secret_check import SecretCheck, hash_secret

# Argon2id as everywhere, but cheap: the hash says its own cost.
HASHES = {s: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(s) for s in ("right", "other")}


class Estates:
    """The estate cache as far as it is asked."""

    def __init__(self, *, enabled: bool = True, customer_enabled: bool = True) -> None:
        self.secret_hash = HASHES["right"]
        self.enabled, self.customer_enabled = enabled, customer_enabled
        self.load()

    def load(self) -> None:
        customer = Customer(1, 1, "acme", "Acme", "FI", "EUR", (), {}, None, 1, self.customer_enabled)
        application = Application(
            2, 1, "flow", "Flow", "key", self.secret_hash, None, None, None, self.enabled
        )
        estate = Estate({1: customer}, {}, {2: application}, {}, (), (), (), (), ())
        self.current = Snapshot(estate)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def made() -> Iterator[tuple[Authenticate, Estates, Clock]]:
    estates, clock = Estates(), Clock()
    secrets = SecretCheck(b"k", clock, tries=3, tries_seconds=60.0)
    yield Authenticate(estates, secrets), estates, clock  # type: ignore[arg-type]
    secrets.close()


def test_a_hash_is_argon2id_and_salted() -> None:
    assert hash_secret("s").startswith("$argon2id$")
    assert hash_secret("s") != hash_secret("s")


async def test_a_secret_is_verified_once(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, _, _ = made
    assert authenticate.remembered("key", "right") is None
    caller = await authenticate.verify("key", "right")
    assert isinstance(caller, Caller)
    assert (caller.application.id, caller.customer.id) == (2, 1)
    assert authenticate.remembered("key", "right") == caller
    assert authenticate.remembered("key", "wrong") is None


@pytest.mark.parametrize(
    ("key", "secret"), [("key", "wrong"), ("nobody", "right"), ("key", "x" * 1025), ("key", ""), ("", "")]
)
async def test_what_is_wrong_stays_out(
    made: tuple[Authenticate, Estates, Clock], key: str, secret: str
) -> None:
    authenticate, _, _ = made
    for answer in (await authenticate.verify(key, secret), authenticate.remembered(key, secret)):
        assert isinstance(answer, TurnedAway)
        assert answer.reason is Reason.UNPROVEN


async def test_a_new_hash_forgets_what_was_known(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, estates, _ = made
    await authenticate.verify("key", "right")
    await authenticate.verify("key", "other")
    estates.secret_hash = HASHES["other"]
    estates.load()
    assert authenticate.remembered("key", "right") is None
    assert isinstance(await authenticate.verify("key", "other"), Caller)
    assert isinstance(await authenticate.verify("key", "right"), TurnedAway)


async def test_only_so_many_guesses_are_checked(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, _, clock = made
    answers = await asyncio.gather(*(authenticate.verify("key", f"guess {n}") for n in range(5)))
    reasons = [answer.reason for answer in answers if isinstance(answer, TurnedAway)]
    assert (
        sorted(reasons, key=lambda reason: reason.value)
        == [Reason.UNPROVEN] * 3 + [Reason.TOO_MANY_TRIES] * 2
    )
    refused = await authenticate.verify("key", "right")
    assert isinstance(refused, TurnedAway)
    assert refused.retry_after == 60.0
    clock.now = 60.0
    assert isinstance(await authenticate.verify("key", "right"), Caller)


async def test_a_known_wrong_secret_costs_no_try(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, _, _ = made
    for _ in range(20):
        await authenticate.verify("key", "stale")
    assert isinstance(await authenticate.verify("key", "right"), Caller)


async def test_parallel_callers_share_a_verification(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, _, _ = made
    answers = await asyncio.gather(*(authenticate.verify("key", "right") for _ in range(10)))
    assert all(isinstance(answer, Caller) for answer in answers)


@pytest.mark.parametrize(
    ("enabled", "customer_enabled", "sentence"),
    [
        (False, True, "This application is disabled."),
        (True, False, "The customer of this application is disabled."),
    ],
)
async def test_what_is_disabled_is_told_to_who_knows_the_secret(
    enabled: bool, customer_enabled: bool, sentence: str
) -> None:
    estates = Estates(enabled=enabled, customer_enabled=customer_enabled)
    secrets = SecretCheck(b"k", Clock())
    authenticate = Authenticate(estates, secrets)  # type: ignore[arg-type]
    wrong, right = await authenticate.verify("key", "wrong"), await authenticate.verify("key", "right")
    secrets.close()
    assert isinstance(wrong, TurnedAway) and wrong.reason is Reason.UNPROVEN
    assert isinstance(right, TurnedAway) and (right.reason, right.sentence) == (Reason.DISABLED, sentence)


async def test_a_broken_hash_lets_nobody_in(made: tuple[Authenticate, Estates, Clock]) -> None:
    authenticate, estates, _ = made
    estates.secret_hash = "not a hash"
    estates.load()
    assert isinstance(await authenticate.verify("key", "right"), TurnedAway)
