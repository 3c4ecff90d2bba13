"""What an operator does with balances, and what is seen of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.integration.services.world import ACME, BETA, World

from viesti.domain.estate import Customer
from viesti.services.balance.keep import BalanceProblem, KeepBalance
from viesti.services.balance.read import BalanceSeen, ReadBalance

pytestmark = pytest.mark.integration


def keeping(world: World) -> KeepBalance:
    return KeepBalance(world.store, world.estate, world.clock, "tester")


def acme(world: World) -> Customer:
    return world.estate.current.estate.customers[ACME]


async def seen(world: World, customer_id: int = ACME) -> BalanceSeen:
    return await ReadBalance(world.store, world.estate)(customer_id)


async def test_a_customer_without_a_balance_has_no_limit(world: World) -> None:
    found = await seen(world)
    assert (found.kept, found.left, found.currency, found.frozen) == (False, None, "EUR", 0)


async def test_what_is_paid_in_may_be_spent(world: World) -> None:
    await keeping(world).pay_in(acme(world), Decimal("100"), "invoice 7")
    await keeping(world).pay_in(acme(world), Decimal("-40.5"))
    found = await seen(world)
    assert (found.kept, found.paid, found.cap, found.left) == (
        True,
        Decimal("59.5"),
        Decimal(0),
        Decimal("59.5"),
    )
    assert found.left_gbp == (Decimal("59.5") * Decimal("0.043") / Decimal("0.05")).quantize(
        Decimal("0.000001")
    )
    assert not (await seen(world, BETA)).kept
    entries = await keeping(world).entries(acme(world), 10)
    assert [(e.kind, e.amount, e.actor, e.note) for e in entries] == [
        ("paid", Decimal("-40.5"), "tester", ""),
        ("paid", Decimal("100"), "tester", "invoice 7"),
    ]
    audit = await world.rows("select actor, action, subject from audit order by id")
    assert audit == [{"actor": "tester", "action": "balance paid", "subject": "acme"}] * 2


async def test_the_cap_is_how_far_below_zero_it_may_go(world: World) -> None:
    await keeping(world).set_cap(acme(world), Decimal(500))
    assert (await seen(world)).left == 500
    await keeping(world).pay_in(acme(world), Decimal(20))
    assert (await seen(world)).left == 520
    await keeping(world).set_cap(acme(world), None)
    found = await seen(world)
    assert (found.kept, found.cap, found.left, found.left_gbp) == (True, None, None, None)


async def test_the_rate_stated_for_the_customer_stands_before_that_of_the_prices(world: World) -> None:
    await keeping(world).pay_in(acme(world), Decimal(10))
    await world.change("update customers set gbp_rate = 0.9 where id = $1", ACME)
    assert (await seen(world)).left_gbp == 9
    await world.change("update customers set gbp_rate = null, currency = 'SEK' where id = $1", ACME)
    assert (await seen(world)).left_gbp is None


async def test_a_cap_does_not_stand_below_what_is_spent(world: World) -> None:
    keep = keeping(world)
    await keep.pay_in(acme(world), Decimal(10))
    await keep.set_cap(acme(world), Decimal(50))
    await world.db.execute("update balances set spent = 40")
    with pytest.raises(BalanceProblem, match="40 EUR are spent already: the cap can be 30 at the lowest"):
        await keep.set_cap(acme(world), Decimal("29.999999"))
    with pytest.raises(BalanceProblem, match="20 at most can be taken out"):
        await keep.pay_in(acme(world), Decimal("-20.000001"))
    await keep.set_cap(acme(world), Decimal(30))
    assert (await seen(world)).left == 0
    assert len(await keep.entries(acme(world), 10)) == 3  # what was refused left none


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity", "0.0000001", "1000000000.1"])
async def test_what_is_no_amount(world: World, amount: str) -> None:
    with pytest.raises(BalanceProblem):
        await keeping(world).pay_in(acme(world), Decimal(amount))
    assert not (await seen(world)).kept


async def test_all_that_is_paid_in_has_a_bound(world: World) -> None:
    await keeping(world).pay_in(acme(world), Decimal(10**9))
    with pytest.raises(BalanceProblem, match="more than"):
        await keeping(world).pay_in(acme(world), Decimal(1))


async def test_a_balance_is_kept_in_one_currency(world: World) -> None:
    await keeping(world).pay_in(acme(world), Decimal(10))
    await world.change("update customers set currency = 'SEK', gbp_rate = 0.08 where id = $1", ACME)
    with pytest.raises(BalanceProblem, match="kept in EUR"):
        await keeping(world).pay_in(acme(world), Decimal(10))


async def test_every_price_must_have_a_value_in_its_currency(world: World) -> None:
    await world.change("update customers set currency = 'SEK' where id = $1", ACME)
    await world.change("delete from prices where customer_id = $1", ACME)
    with pytest.raises(BalanceProblem, match="gbp_rate"):
        await keeping(world).pay_in(acme(world), Decimal(10))
    await world.change("update customers set gbp_rate = 0.08 where id = $1", ACME)
    await keeping(world).pay_in(acme(world), Decimal(10))
    submitted = await world.accepted(1)
    # 0.05 EUR a part, which is 0.043 pounds
    assert (submitted.currency, submitted.recipients[0].cost) == ("SEK", Decimal("0.5375"))
    assert (await seen(world)).spent == Decimal("0.5375")
