"""Serves triggers of flows: made when a flow is switched on, removed when it is switched off.

Rule: the id of an action can't be guessed and names nothing else, so it alone is enough to remove it: the
platform that runs flows does not always send its credentials with the removal.
"""

from __future__ import annotations

from viesti.api.access_guard import lacking
from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.refusals import refusal
from viesti.api.smartdialog.slice import BASE, Common
from viesti.api.smartdialog.twoway.declared import ACTION_TYPE, VERB
from viesti.api.smartdialog.twoway.shapes import Created, DeleteTriggerIn, NewMessageIn
from viesti.services.guids import GuidKind
from viesti.services.principal import Principal, Scope
from viesti.services.refusals import Invalid
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe

DIALECT = "smartdialog"
KINDS = ("TwoWay",)
_NAMES = {"url": "options.endpointUrl"}
_NO_ACTION = "There is no action with this Pipeline-Id and Action-Id."
_UNKNOWN = Refusal(404, _NO_ACTION, (FieldError("Action-Id", _NO_ACTION),))


class Triggers:
    """The operations. `base_url`: where callers reach us, which Location begins with."""

    def __init__(self, common: Common, subscribe: Subscribe, unsubscribe: Unsubscribe, base_url: str) -> None:
        self._common = common
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._base = base_url + BASE

    async def create(self, caller: Principal, asked: NewMessageIn) -> Answer | Refusal:
        """NewMessage."""
        theirs = self._common.who.both(
            caller,
            asked.customer_id,
            asked.service_id,
            KINDS,
            customer_field="Customer",
            service_field="Service",
        )
        if isinstance(theirs, Refusal):
            return theirs
        problems = _unsupported(asked)
        if problems:
            return refused(problems)
        customer, service = theirs
        done = await self._subscribe(
            customer,
            service,
            DIALECT,
            "inbound",
            asked.options.url,
            asked.name,
            asked.description,
            caller.user.id,
        )
        if isinstance(done, Invalid):
            return refusal(done, _NAMES)
        guids = self._common.guids
        action = guids.of(GuidKind.ACTION, done.id)
        location = f"{self._base}/pipelines/{guids.of(GuidKind.PIPELINE, service.id)}/actions/{action}"
        return answer_json(Created(action), 201, ((b"location", location.encode("ascii")),))

    async def delete(self, caller: Principal | None, asked: DeleteTriggerIn) -> Answer | Refusal:
        """DeleteTrigger: by the owner, or by whoever knows the id."""
        if caller is not None and Scope.TWOWAY not in caller.scopes:
            sentence = f"The scope {Scope.TWOWAY} is needed for this."
            return Refusal(403, sentence, headers=(lacking(Scope.TWOWAY),))
        service_id = self._common.guids.read(GuidKind.PIPELINE, asked.pipeline_id)
        subscription_id = self._common.guids.read(GuidKind.ACTION, asked.action_id)
        if service_id is None or subscription_id is None:
            return _UNKNOWN
        customers = None if caller is None else caller.user.customers
        known = await self._unsubscribe(subscription_id, service_id, customers)
        return Answer(204, b"") if known else _UNKNOWN


def _unsupported(asked: NewMessageIn) -> list[FieldError]:
    found = []
    if asked.action_type.lower() != ACTION_TYPE.lower():
        found.append(FieldError("actionType", f"It must be {ACTION_TYPE}."))
    if asked.options.verb.upper() != VERB:
        found.append(FieldError("options.httpVerb", f"It must be {VERB}."))
    return found
