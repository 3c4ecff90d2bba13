"""Reads JSON by its declaration: each kind of value is compiled into a function once.

Rule: member names in any letter case, the exact one first; null is as if left out; unknown members are
ignored, because makers' bodies grow. All that is wrong is told at once, each with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec

from viesti.api.answer import FieldError, Refusal, sentences
from viesti.api.contract.values import (
    Listed,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)

SHOWN = 100  # problems told of one request
MISSING = "It must be there."
_RANGES = {"int32": (-(1 << 31), (1 << 31) - 1), "int64": (-(1 << 63), (1 << 63) - 1)}

# (value, place, problems) -> what it is read to; UNSET: as if it were not there. After a problem, anything.
Reader: TypeAlias = Callable[[Any, str, list[FieldError]], Any]
# (object, place before the names, problems) -> fields by name.
MembersReader: TypeAlias = Callable[[Mapping[str, Any], str, list[FieldError]], dict[str, Any]]


def digest(read: msgspec.Struct) -> bytes:
    """What a request says, whatever its white space, order and letter case were: equal ones are equal."""
    return blake2b(msgspec.json.encode(read, order="sorted"), digest_size=16).digest()


def refused(problems: list[FieldError]) -> Refusal:
    """The refusal of a request with these problems; not all of them when they are very many."""
    shown = problems[:SHOWN]
    if len(problems) > SHOWN:
        shown.append(FieldError("", f"And {len(problems) - SHOWN} more."))
    return Refusal(400, sentences(shown), tuple(shown))


def reader(value: Value) -> Reader:
    """The function that reads such a value."""
    made: Reader = _COMPILERS[type(value)](value)
    return made


def members_reader(thing: Thing) -> MembersReader:
    """The function that reads an object into the fields of something."""
    known = {member.name: (member, reader(member.value)) for member in thing.members}
    by_lower = {name.lower(): name for name in known}
    required = [(member.to, member.name) for member in thing.members if member.needed]

    def read(written: Mapping[str, Any], place: str, problems: list[FieldError]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        wrong: set[str] = set()
        for key, value in written.items():
            name = key
            found = known.get(key)
            if found is None:
                name = by_lower.get(key.lower(), "")
                if not name or name in written:
                    continue
                found = known[name]
            if value is None:
                continue
            member, read_value = found
            before = len(problems)
            result = read_value(value, place + name, problems)
            if len(problems) > before:
                wrong.add(member.to)
            elif result is not msgspec.UNSET:
                fields[member.to] = result
        for to, name in required:
            if to not in fields and to not in wrong:
                problems.append(FieldError(place + name, MISSING))
        return fields

    return read


def _text(about: Text) -> Reader:
    longest, least, blank = about.max_length, about.least, about.blank
    every = (*about.choices, *about.more)
    choices = {_folded(about, choice): choice for choice in every}
    sentence = f"It must be {'one of ' if len(choices) > 1 else ''}{', '.join(every)}."
    own = {word.lower(): said for word, said in about.refused.items()}

    def read(value: Any, place: str, problems: list[FieldError]) -> Any:
        if type(value) is not str:
            problems.append(FieldError(place, "It must be a text."))
        elif longest is not None and len(value) > longest:
            problems.append(FieldError(place, f"It is longer than {longest} characters."))
        elif len(value) < least:
            problems.append(FieldError(place, "It must not be empty."))
        elif "\0" in value:
            problems.append(FieldError(place, "A NUL character can't be stored."))
        elif choices and (value or not blank):
            chosen = choices.get(_folded(about, value))
            if chosen is None:
                problems.append(FieldError(place, own.get(value.lower(), sentence)))
            return chosen
        return value

    return read


def _folded(about: Text, word: str) -> str:
    return word.strip().lower() if about.any_case else word


def _whole(about: Whole) -> Reader:
    lowest, highest = _RANGES[about.format]
    least = lowest if about.least is None else about.least
    most = highest if about.most is None else about.most

    def read(value: Any, place: str, problems: list[FieldError]) -> Any:
        if type(value) is not int:
            problems.append(FieldError(place, "It must be a whole number."))
        elif not least <= value <= most:
            problems.append(FieldError(place, f"It must be from {least} to {most}."))
        return value

    return read


def _number(value: Any, place: str, problems: list[FieldError]) -> Any:
    if type(value) is not int and type(value) is not float:
        problems.append(FieldError(place, "It must be a number."))
    return value


def _truth(value: Any, place: str, problems: list[FieldError]) -> Any:
    if type(value) is not bool:
        problems.append(FieldError(place, "It must be true or false."))
    return value


def _moment(value: Any, place: str, problems: list[FieldError]) -> Any:
    if type(value) is not str:
        problems.append(FieldError(place, "It must be a text with a date and time."))
        return None
    if not value.strip():
        return msgspec.UNSET
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        problems.append(FieldError(place, "It is not a date and time such as 2026-03-01T09:30:00Z."))
        return None


def _scalars(value: Any, place: str, problems: list[FieldError]) -> Any:
    if type(value) is not dict:
        problems.append(FieldError(place, "It must be an object."))
        return None
    texts: dict[str, str | None] = {}
    for name, each in value.items():
        if isinstance(each, dict | list):
            problems.append(
                FieldError(f"{place}.{name}", "It must be a text, a number, true, false or null.")
            )
        elif isinstance(each, str) and "\0" in each:
            problems.append(FieldError(f"{place}.{name}", "A NUL character can't be stored."))
        else:
            texts[name] = _as_text(each)
    return texts


def _as_text(value: str | float | bool | None) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1 << 53:
            return str(int(value))
        case _:
            return str(value)


def _listed(about: Listed) -> Reader:
    read_each, least = reader(about.of), about.least

    def read(value: Any, place: str, problems: list[FieldError]) -> Any:
        if type(value) is not list:
            problems.append(FieldError(place, "It must be a list."))
            return ()
        if len(value) < least:
            problems.append(FieldError(place, f"There must be at least {least} in it."))
        return tuple([read_each(each, f"{place}[{number}]", problems) for number, each in enumerate(value)])

    return read


def _one_or_more(about: OneOrMore) -> Reader:
    read_one, read_many = reader(about.of), reader(Listed(about.of))

    def read(value: Any, place: str, problems: list[FieldError]) -> Any:
        if type(value) is list:
            return read_many(value, place, problems)
        return (read_one(value, place, problems),)

    return read


def _thing(about: Thing) -> Reader:
    read_members, make = members_reader(about), about.make
    assert make is not None  # only a body becomes part of something else

    def read(value: Any, place: str, problems: list[FieldError]) -> Any:
        if type(value) is not dict:
            problems.append(FieldError(place, "It must be an object."))
            return None
        before = len(problems)
        fields = read_members(value, f"{place}.", problems)
        return make(**fields) if len(problems) == before else None

    return read


_COMPILERS: Mapping[type[Any], Callable[[Any], Reader]] = {
    Text: _text,
    Whole: _whole,
    Number: lambda _: _number,
    Truth: lambda _: _truth,
    Moment: lambda _: _moment,
    Scalars: lambda _: _scalars,
    OneOrMore: _one_or_more,
    Listed: _listed,
    Thing: _thing,
}
