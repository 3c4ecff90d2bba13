"""Makes a template: checked here, written down, submitted to Meta.

Rule: the row stands before Meta is asked, so a template whose answer was lost is known and found by the sync;
what Meta refuses leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from viesti.domain.estate import Customer
from viesti.domain.sender import Sender, parse_sender
from viesti.domain.templates.categories import category_of
from viesti.domain.templates.rules import check, check_authentication, language_of
from viesti.domain.templates.shape import Category, Header, HeaderKind, Shape
from viesti.domain.templates.state import DELETED, PENDING
from viesti.domain.templates.template import Template, name_of
from viesti.protocols.whatsapp import templates as wire
from viesti.protocols.whatsapp.answers import Refused
from viesti.protocols.whatsapp.errors import Action
from viesti.services.estate import EstateCache
from viesti.services.refusals import Invalid, Missing, Taken
from viesti.services.requests import FieldProblem
from viesti.services.templates.accounts import Number, numbers_of
from viesti.services.templates.meta import Example, Meta, NoAnswer, NoExample
from viesti.services.templates.told import as_told
from viesti.services.templates.written import components_for_codes, components_of, named
from viesti.storage.store import Store, Transaction

_LONGEST = 64  # characters of a number with the marks in it
# How long one may be with Meta before its request must have died; longer than a call may take.
_SUBMITTING = timedelta(minutes=1)
_UNDER_WAY = "It is being submitted already; ask again in a moment."
_NO_ANSWER = "Meta gave no answer"


class NewTemplate(msgspec.Struct, frozen=True):
    """A template to be made. `example_url`: a file for its header; the header of `shape` is left out then."""

    display_name: str
    category: str
    language: str
    shape: Shape
    example_url: str = ""


class Unavailable(msgspec.Struct, frozen=True):
    """Meta can't be asked now; a sentence says why."""

    sentence: str


class CreateTemplate:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, meta: Meta, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
        self._meta = meta
        self._now = now

    async def __call__(
        self, customer: Customer, written: str, new: NewTemplate
    ) -> Template | Missing | Taken | Invalid | Unavailable:
        """Make it for a number of the customer. Asked again for the same it gives what is there."""
        number = self._number(customer, written)
        if number is None:
            return Missing("number", "There is no WhatsApp number of yours that is this.")
        checked = _checked(new)
        if isinstance(checked, Invalid):
            return checked
        category, language = checked
        name = name_of(new.display_name)
        standing = await self._standing(customer, number, name, language)
        if standing:
            settled = await self._again(number, standing, new, category)
            if settled is not None:
                return settled
        shape = await self._with_example(number, new)
        if not isinstance(shape, Shape):
            return shape
        return await self._submit(customer, number, name, language, category, shape, new.display_name)

    def _number(self, customer: Customer, written: str) -> Number | None:
        sender = parse_sender(written[:_LONGEST], (customer.default_region,))
        if not isinstance(sender, Sender):
            return None
        mine = numbers_of(self._estate.current, customer.id)
        return next((number for number in mine if number.identity == sender.text), None)

    async def _standing(
        self, customer: Customer, number: Number, name: str, language: str
    ) -> Template | None:
        async with self._store.statements() as tx:
            found = await tx.templates.of_customer(customer.id, name)
        alike = (each for each in found if each.channel_id == number.account_id)
        return next((each for each in alike if each.language == language and each.status != DELETED), None)

    async def _again(
        self, number: Number, standing: Template, new: NewTemplate, category: Category
    ) -> Template | Taken | Unavailable | None:
        """What a template that was made before answers; None: Meta never had it, it is to be submitted."""
        if not standing.provider_id:
            if not self._lost(standing):
                return Unavailable(_UNDER_WAY)
            adopted = await self._adopt(number, standing)
            if not isinstance(adopted, Template):
                return adopted
            standing = adopted
        if not standing.state.offered:
            sentence = f"The template {standing.reference} {standing.state.why}. Choose another name."
            return Taken("name", sentence)
        if _plain(standing.shape, category) != _plain(new.shape, category, bool(new.example_url)):
            sentence = f"There is a template {standing.reference} with another content."
            return Taken("name", f"{sentence} Choose another name.")
        return standing

    def _lost(self, standing: Template) -> bool:
        """Whether the answer to a template that has none will not come any more."""
        return bool(standing.reason) or standing.created_at < self._now() - _SUBMITTING

    async def _adopt(self, number: Number, standing: Template) -> Template | Unavailable | None:
        """What Meta has of it."""
        listed = await self._meta.listed(number, standing.name)
        if isinstance(listed, Refused | NoAnswer):
            return _unavailable(listed)
        for each in listed:
            if (each.name, each.language) == (standing.name, standing.language):
                known = as_told(standing, each)
                async with self._store.transaction() as tx:
                    await tx.templates.change([known], self._now())
                return known
        return None

    async def _with_example(self, number: Number, new: NewTemplate) -> Shape | Invalid | Unavailable:
        if not new.example_url:
            return new.shape
        example = await self._meta.upload_example(number, new.example_url)
        match example:
            case Example():
                return replace(new.shape, header=Header(HeaderKind(example.kind), example=example.handle))
            case NoExample():
                return Invalid((FieldProblem("header", example.sentence),))
            case _:
                return _refused(example, "header")

    async def _submit(
        self, customer: Customer, number: Number, name: str, language: str, category: Category, shape: Shape,
        display_name: str,
    ) -> Template | Taken | Invalid | Unavailable:  # fmt: skip
        codes = category is Category.AUTHENTICATION
        components = components_for_codes() if codes else components_of(shape)
        now = self._now()
        made = Template(
            id=await self._store.ids.one(customer.bucket), bucket=customer.bucket, customer_id=customer.id,
            channel_id=number.account_id, provider_id="", name=name, language=language,
            display_name=display_name, category=category.value, status=PENDING, quality="", reason="",
            components=components, raw_content=shape.body, created_at=now, updated_at=now,
        )  # fmt: skip
        if not await self._claim(made):
            return Unavailable(_UNDER_WAY)
        answer = await self._meta.create(
            number, name, language, category.value, components, named=named(shape) and not codes
        )
        if not isinstance(answer, wire.Created):
            async with self._store.transaction() as tx:
                if isinstance(answer, NoAnswer) and answer.sent:
                    await tx.templates.change([replace(made, reason=_NO_ANSWER)], self._now())
                else:
                    await tx.templates.drop([made.id])
            return _refused(answer, "")
        status, told = (answer.status or PENDING).upper(), (answer.category or category.value).upper()
        async with self._store.transaction() as tx:
            await tx.templates.submitted(made.id, answer.id, told, status, self._now())
        return replace(made, provider_id=answer.id, category=told, status=status)

    async def _claim(self, made: Template) -> bool:
        """Write it down, in the place of one that Meta does not have; False when another request did."""
        claimed = False

        async def work(tx: Transaction) -> None:
            nonlocal claimed
            found = await tx.templates.of_customer(made.customer_id, made.name)
            same = (made.channel_id, made.language)
            gone = [
                each.id
                for each in found
                if (each.channel_id, each.language) == same and (each.status == DELETED or self._lost(each))
            ]
            await tx.templates.drop(gone)
            claimed = bool(await tx.templates.add([made]))

        await self._store.run(work)
        return claimed


def _checked(new: NewTemplate) -> tuple[Category, str] | Invalid:
    """Category and language, or everything that is wrong."""
    problems: list[FieldProblem] = []
    category, language = category_of(new.category), language_of(new.language)
    if category is None:
        listed = ", ".join(Category)
        problems.append(FieldProblem("category", f"It must be one of {listed}."))
    if language is None:
        problems.append(FieldProblem("language", "It must be the code of a language, such as fi or en_US."))
    name = name_of(new.display_name)
    if category is Category.AUTHENTICATION:
        header = Header(HeaderKind.IMAGE) if new.example_url else new.shape.header
        broken = check_authentication(name, replace(new.shape, header=header))
    else:
        broken = check(name, new.shape)
    problems += [FieldProblem(each.field, each.sentence, each.index) for each in broken]
    if problems or category is None or language is None:
        return Invalid(tuple(problems))
    return category, language


def _plain(shape: Shape, category: Category, file: bool = False) -> object:
    """What two requests for the same template have in common: all but the examples. `file`: it has one."""
    if category is Category.AUTHENTICATION:  # whose words are Meta's
        return category
    header = shape.header
    media = file or (header is not None and header.kind.media)
    above = "file" if media else (header.kind, header.text) if header else None
    return shape.body, above, shape.footer, tuple(replace(each, example="") for each in shape.buttons)


def _refused(answer: Refused | NoAnswer, field: str) -> Invalid | Unavailable:
    if isinstance(answer, NoAnswer) or answer.action in (Action.STOP, Action.WAIT, Action.DAY):
        return _unavailable(answer)
    said = " ".join(each for each in (answer.title.rstrip(".") + ".", answer.details) if each)
    return Invalid((FieldProblem(field, f"Meta refused it: {said}"),))


def _unavailable(answer: Refused | NoAnswer) -> Unavailable:
    if isinstance(answer, Refused):
        return Unavailable(f"Meta does not take templates from this number now: {answer.title}")
    doubt = " Whether it has the template will be known soon; ask for the list." if answer.sent else ""
    return Unavailable(f"Meta gave no answer: {answer.why}.{doubt}")
