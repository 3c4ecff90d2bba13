"""Rules about answers: which there are, and that each is described and typed.

Rule: what an operation answers is what a flow goes on with; an answer that is not declared can't be used.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.connector.check.definition import definition_of, operations
from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule

_WITHOUT_BODY = ("204", "205")


def _success_missing(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        answers = [status for status, _ in operation.answers]
        if answers and answers != ["default"] and not any(True for _ in operation.successes):
            yield operation.node["responses"].has(f"{operation.called} has no answer 2xx.")


def _default_alone(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if [status for status, _ in operation.answers] == ["default"]:
            yield operation.node["responses"].has(f"{operation.called} has the answer `default` alone.")


def _refusals_missing(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        answers = [status for status, _ in operation.answers]
        if any(status.startswith("2") for status in answers) and not any(s[0] in "4d" for s in answers if s):
            yield operation.node["responses"].has(f"{operation.called} has no answer 4xx.")


def _answer_described(package: Package) -> Iterator[Fault]:
    for status, answer in _answers(package):
        said = answer["description"]
        if "description" in answer and (not said.text.strip() or said.text.strip().isdecimal()):
            yield said.has(f"the answer {status} is described as {said.text!r}.")


def _answer_typed(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for status, node in operation.successes:
            answer = definition_of(package).resolved(node)
            if answer and status not in _WITHOUT_BODY and "schema" not in answer:
                yield answer.has(f"the answer {status} of {operation.called} has no schema.")


def _body_without(package: Package) -> Iterator[Fault]:
    for status, answer in _answers(package):
        if status in _WITHOUT_BODY and "schema" in answer:
            yield answer["schema"].has(f"an answer {status} has no body.")


def _answers(package: Package) -> Iterator[tuple[str, Node]]:
    resolved = definition_of(package).resolved
    for operation in operations(package):
        for status, node in operation.answers:
            yield status, resolved(node)


RULES = (
    Rule(
        "success-missing",
        "Every operation has an answer 2xx.",
        "Declare what is answered on success.",
        _success_missing,
    ),
    Rule(
        "default-alone",
        "`default` is not the only answer.",
        "Declare each status with its body.",
        _default_alone,
    ),
    Rule(
        "refusals-missing",
        "The refusals that are known are declared, too.",
        "Declare the answers 4xx.",
        _refusals_missing,
    ),
    Rule(
        "answer-undescribed",
        "Every answer is described in words.",
        "Say when it comes.",
        _answer_described,
    ),
    Rule(
        "answer-untyped",
        "Every answer 2xx but 204 has a schema.",
        "Declare the type of its body.",
        _answer_typed,
    ),
    Rule(
        "answer-with-body",
        "An answer 204 has no body.",
        "Take the schema away, or answer 200.",
        _body_without,
    ),
)
