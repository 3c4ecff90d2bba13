"""How the Cloud API treats messages, as data: delays, shares of faults, limits, and numbers and template
names that always get the same.

Rule: `Fortune` decides everything about one message at once, so the same seed and the same messages always
give the same; the cloud only carries it out.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from viesti.simulator.behaviour import Span

REMEMBERED = 10_000  # numbers whose "first n times" is remembered; the oldest starts again
ENDING_LENGTH = 4


class Ends(StrEnum):
    """How far a message that was taken comes."""

    READ = "read"
    DELIVERED = "delivered"
    SENT = "sent"
    FAILED = "failed"


class Order(StrEnum):
    """In which order its statuses are told."""

    USUAL = "usual"
    REVERSED = "reversed"  # read first
    BEFORE_ANSWER = "before_answer"  # 'sent' leaves before the call is answered


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to one message."""

    refusal: int = 0  # code of the answer instead of taking it
    failure: int = 0  # code told by a 'failed' status once it was taken
    absent: bool = False  # nobody has WhatsApp at that number
    marketing_failure: int = 0  # the same, for marketing templates only
    answered: bool = True
    cut: bool = False  # the connection dies once the message is taken
    answer_delay: float = 0.0
    ends: Ends | None = None  # None: as the share of reads decides
    delivery_delay: float | None = None  # None: the usual one
    order: Order = Order.USUAL
    copies: int = 1  # of each status
    no_phone: bool = False  # webhooks name this person by the business-scoped id alone
    reply: str = ""  # what the person answers; REPLY_BY_BUTTON presses the first button


REPLY_BY_BUTTON = "\N{BALLOT BOX WITH CHECK}"


@dataclass(frozen=True, slots=True)
class Magic:
    """What a number with this ending gets: always, or for its first `times` messages."""

    ending: str
    meaning: str
    course: Course
    times: int = 0


MAGIC: tuple[Magic, ...] = (
    Magic("9001", "not on WhatsApp: taken, then failed (131026)", Course(absent=True, failure=131026)),
    Magic("9002", "not on WhatsApp: refused at once (131026)", Course(absent=True, refusal=131026)),
    Magic("9003", "sent, and never delivered", Course(ends=Ends.SENT)),
    Magic("9004", "delivered, and never read", Course(ends=Ends.DELIVERED)),
    Magic("9005", "delivered after 30 seconds", Course(delivery_delay=30.0)),
    Magic("9006", "has stopped marketing (131050)", Course(marketing_failure=131050)),
    Magic("9007", "gets no more marketing today (131049)", Course(marketing_failure=131049)),
    Magic("9008", "is part of an experiment (130472)", Course(marketing_failure=130472)),
    Magic("9009", "each status comes three times", Course(copies=3)),
    Magic("9010", "statuses come in reverse order", Course(order=Order.REVERSED)),
    Magic("9011", "the first status comes before the answer", Course(order=Order.BEFORE_ANSWER)),
    Magic("9012", "taken, but the answer never comes (first time)", Course(answered=False), times=1),
    Magic("9013", "taken, and the connection dies (first time)", Course(cut=True), times=1),
    Magic("9014", "answered after 5 seconds", Course(answer_delay=5.0)),
    Magic("9015", "pair limit twice (131056), then taken", Course(refusal=131056), times=2),
    Magic("9016", "number's limit once (130429), then taken", Course(refusal=130429), times=1),
    Magic("9017", "server error once (131000), then taken", Course(refusal=131000), times=1),
    Magic("9018", "server error each time (131016)", Course(refusal=131016)),
    Magic("9019", "has a username and shows no phone number", Course(no_phone=True)),
    Magic("9020", "read, and answers 'Yes'", Course(reply="Yes")),
    Magic("9021", "read, and answers 'STOP'", Course(reply="STOP")),
    Magic("9022", "read, and presses the first button", Course(reply=REPLY_BY_BUTTON)),
)
MAGIC_BY_ENDING = {magic.ending: magic for magic in MAGIC}


@dataclass(frozen=True, slots=True)
class TemplateMagic:
    """What a new template with this in its name gets."""

    part: str
    meaning: str
    verdict: str  # status, or '' to leave it pending
    reason: str = "NONE"
    category: str = ""  # the category it is given instead


TEMPLATE_MAGIC: tuple[TemplateMagic, ...] = (
    TemplateMagic("rejected", "rejected as PROMOTIONAL", "REJECTED", "PROMOTIONAL"),
    TemplateMagic("invalid", "rejected as INVALID_FORMAT", "REJECTED", "INVALID_FORMAT"),
    TemplateMagic("pending", "never judged", ""),
    TemplateMagic("recategorised", "approved, then made MARKETING", "APPROVED", category="MARKETING"),
)


_NOW, _SOON, _ONE, _HELD = Span(), Span(0.5, 0.5), Span(1.0, 1.0), Span(0.2, 1.0)


@dataclass(frozen=True, slots=True)
class CloudBehaviour:
    """Every choice about how calls and messages are treated. Shares are from 0 to 1, times in seconds."""

    magic: bool = True  # whether the endings of MAGIC have their meaning
    sent_delay: Span = _NOW
    delivery_delay: Span = _SOON  # from sent to delivered
    read_delay: Span = _ONE  # from delivered to read
    reads: float = 1.0  # share of what is delivered that is read
    absent: float = 0.0  # share of numbers that nobody has on WhatsApp (each number always the same)
    failures: float = 0.0  # share that fails after it was taken (131000)
    late_refusals: bool = True  # what hangs on the person fails by webhook; False: it is the answer
    window: float = 24 * 3600.0
    messages_per_second: float = 80.0  # of a number; 0 is no limit
    pair_seconds: float = 6.0  # between messages of a number to one person; 0 is no limit
    pair_burst: int = 45
    answer_delay: Span = _NOW
    server_errors: float = 0.0  # answered 500, nothing taken
    lost_answers: float = 0.0  # taken, and never answered
    cut_connections: float = 0.0  # taken, and the connection dies
    refuse_with: int = 0  # every send is refused with this code: 190 token, 131031 locked ...
    approval_delay: Span = _ONE
    approve: bool = True  # False: new templates stay pending
    webhook_duplicates: float = 0.0  # share of webhooks that come twice
    webhook_disorder: float = 0.0  # share that is held back while others pass
    webhook_hold: Span = _HELD  # how long
    webhook_batch: int = 1  # changes in one body at most
    webhook_timeout: float = 10.0
    webhook_retries: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
    webhook_lifetime: float = 7 * 24 * 3600.0  # how long one is tried; the last retry repeats


@dataclass(slots=True)
class Fortune:
    """Draws courses by a `CloudBehaviour`, which may be replaced while running."""

    behaviour: CloudBehaviour
    random: Random
    _uses: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def course(self, digits: str) -> Course:
        """What happens to one message for `digits`."""
        magic = self.magic(digits)
        if magic is not None and magic.times and not self._first(digits, magic.times):
            magic = None
        course = magic.course if magic else self._by_chance(digits)
        if not course.answer_delay and self.behaviour.answer_delay.high:
            course = replace(course, answer_delay=self.behaviour.answer_delay.draw(self.random))
        return course

    def magic(self, digits: str) -> Magic | None:
        """What the number's ending means, if it means anything."""
        if not self.behaviour.magic or len(digits) <= ENDING_LENGTH:
            return None
        return MAGIC_BY_ENDING.get(digits[-ENDING_LENGTH:])

    def _first(self, digits: str, times: int) -> bool:
        uses = self._uses.pop(digits, 0) + 1
        self._uses[digits] = uses
        if len(self._uses) > REMEMBERED:
            self._uses.popitem(last=False)
        return uses <= times

    def _by_chance(self, digits: str) -> Course:
        behaviour = self.behaviour
        if behaviour.absent and Random(digits).random() < behaviour.absent:  # noqa: S311  chance of a simulation
            return Course(absent=True, failure=131026)
        if not (
            behaviour.server_errors
            or behaviour.lost_answers
            or behaviour.cut_connections
            or behaviour.failures
        ):
            return _PLAIN
        drawn = self.random.random()
        for share, course in (
            (behaviour.server_errors, Course(refusal=131000)),
            (behaviour.lost_answers, Course(answered=False)),
            (behaviour.cut_connections, Course(cut=True)),
            (behaviour.failures, Course(failure=131000)),
        ):
            if drawn < share:
                return course
            drawn -= share
        return _PLAIN


_PLAIN = Course()
