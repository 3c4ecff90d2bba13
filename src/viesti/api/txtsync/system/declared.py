"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import ANY_CALLER, AnyOperation, Operation, Reply
from viesti.api.contract.values import About, Listed, Member, Number, Text, Thing, Truth, Value, Whole
from viesti.api.txtsync.system.shapes import RatingsShown, ReportAsked, ReportShown


def _shown(name: str, to: str, value: Value, title: str, about: str) -> Member:
    return Member(name, to, value, about=About(title, about))


_MONEY, _COUNT = Number(), Whole(format="int64")
_RATINGS = Thing(
    (
        _shown("from", "lowest", Whole(), "From", "The lowest rating that is counted here."),
        _shown("to", "highest", Whole(), "To", "The highest."),
        _shown("totalContacts", "contacts", _COUNT, "Total Contacts", "How many have one of these."),
    ),
    RatingsShown,
)
REPORT_SHOWN = Thing(
    (
        _shown("currencyCode", "currency_code", Text(), "Currency Code", "The currency of local amounts."),
        _shown("balanceLocal", "balance_local", _MONEY, "Balance Local", "What was paid and is not spent."),
        _shown("balanceGBP", "balance_gbp", _MONEY, "Balance GBP", "The same in pounds."),
        _shown("spentLocal", "spent_local", _MONEY, "Spent Local", "What was spent of the balance."),
        _shown("limited", "limited", Truth(), "Limited", "Whether there is a limit to what may be spent."),
        _shown("leftLocal", "left_local", _MONEY, "Left Local", "What may still be spent."),
        _shown("leftGBP", "left_gbp", _MONEY, "Left GBP", "The same in pounds."),
        _shown(
            "totalFrozenOutboundMessages",
            "total_frozen_outbound_messages",
            _COUNT,
            "Total Frozen Outbound Messages",
            "The messages that are held back, for whatever reason.",
        ),
        _shown(
            "frozenForBalance",
            "frozen_for_balance",
            _COUNT,
            "Frozen for Balance",
            "Those of them that the balance does not cover.",
        ),
        _shown("frozenCostLocal", "frozen_cost_local", _MONEY, "Frozen Cost Local", "What these will cost."),
        _shown("totalContacts", "total_contacts", _COUNT, "Total Contacts", "The contacts."),
        _shown("optedIn", "opted_in", _COUNT, "Opted In", "Those who may be written to."),
        _shown("optedOut", "opted_out", _COUNT, "Opted Out", "Those who opted out."),
        _shown(
            "contactRatingDistribution",
            "ratings",
            Listed(_RATINGS),
            "Contact Rating Distribution",
            "How many contacts have which rating.",
        ),
    ),
    ReportShown,
)
REPORT = Operation(
    "GetSystemReport",
    "GET",
    "/system/report",
    About("Get System Report", "Gets the balance, what is held back, and how many contacts there are."),
    ReportAsked,
    (Reply(200, REPORT_SHOWN, "The report."),),
    ANY_CALLER,
)

NATIVE: tuple[AnyOperation, ...] = (REPORT,)
