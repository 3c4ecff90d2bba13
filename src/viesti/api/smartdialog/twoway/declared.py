"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation, Operation, Parameter, Reply, Trigger
from viesti.api.contract.values import About, Listed, Member, Moment, Text, Thing
from viesti.api.smartdialog.choices import CUSTOMERS, services
from viesti.api.smartdialog.twoway.shapes import Created, DeleteTriggerIn, NewMessageIn, TriggerOptions
from viesti.services.principal import Scope

ACTION_TYPE, VERB = "HttpRequest", "POST"

_CUSTOMER = Parameter(
    "Customer",
    "header",
    "customer_id",
    Text(),
    True,
    About(
        "Customer",
        "The customer whose messages start the flow.",
        "important",
        dynamic=CUSTOMERS,
    ),
)
_SERVICE = Parameter(
    "Service",
    "path",
    "service_id",
    Text(),
    True,
    About(
        "Two-Way Service",
        "The two-way service whose messages start the flow.",
        "important",
        dynamic=services("TwoWay", customer="Customer"),
    ),
    encoding="single",
)
_OPTIONS = Thing(
    (
        Member(
            "endpointUrl",
            "url",
            Text(least=1),
            True,
            About("Callback URL", "Where the flow is called.", "internal", notification_url=True),
        ),
        Member(
            "httpVerb",
            "verb",
            Text(default=VERB),
            True,
            About("HTTP Method", "How the flow is called: POST.", "internal"),
        ),
    ),
    TriggerOptions,
)
_BODY = Thing(
    (
        Member(
            "name",
            "name",
            Text(default="Flow trigger"),
            True,
            About("Name", "What the action is called among those of the service.", "internal"),
        ),
        Member(
            "actionType",
            "action_type",
            Text(default=ACTION_TYPE),
            True,
            About("Action Type", "What the action does: HttpRequest.", "internal"),
        ),
        Member(
            "description",
            "description",
            Text(default="Made by a flow, and removed when the flow is switched off or deleted."),
            True,
            About("Description", "What the action is for.", "internal"),
        ),
        Member("options", "options", _OPTIONS, True, About("Options", "How the flow is called.")),
    )
)
_ATTACHMENT = Thing(
    (
        Member("name", "name", Text(), about=About("Attachment Name", "A file name for it.", "important")),
        Member(
            "mimeType",
            "mime_type",
            Text(),
            about=About("Attachment Type", "What it is, as a media type.", "important"),
        ),
        Member(
            "resourceLocation",
            "resource_location",
            Text(),
            about=About(
                "Attachment URL",
                "Where to fetch it from. The URL needs no credentials and is good for some days.",
                "important",
            ),
        ),
    )
)
NOTIFICATION = Thing(
    (
        Member(
            "sender",
            "sender",
            Text(),
            about=About("Sender", "Who wrote: a number with its country code, without +.", "important"),
        ),
        Member(
            "recipient",
            "recipient",
            Text(),
            about=About("Recipient", "The number of yours that was written to.", "important"),
        ),
        Member(
            "content",
            "content",
            Text(),
            about=About("Content", "The whole text, with the keyword it began with.", "important"),
        ),
        Member(
            "timestamp",
            "timestamp",
            Moment(),
            about=About("Timestamp", "When it came in, UTC.", "important"),
        ),
        Member(
            "protocol",
            "protocol",
            Text(),
            about=About("Protocol", "How it came: SMS or WhatsApp.", "important"),
        ),
        Member(
            "attachments",
            "attachments",
            Listed(_ATTACHMENT),
            about=About("Attachments", "What came beside the text."),
        ),
        Member(
            "messageId",
            "message_id",
            Text(),
            about=About("Message ID", "Its id, to reply to it.", "important"),
        ),
        Member(
            "threadId",
            "thread_id",
            Text(),
            about=About("Thread ID", "The discussion it belongs to, if there is one.", "important"),
            extension=True,
        ),
        Member(
            "payload",
            "payload",
            Text(),
            about=About("Payload", "The data of the button that was pressed, if one was.", "important"),
            extension=True,
        ),
    )
)
NEW_MESSAGE = Operation(
    "NewMessage",
    "POST",
    "/service/{Service}/pipelines/actions",
    About("When a Message Is Received", "Starts the flow for each message to a two-way service."),
    NewMessageIn,
    (
        Reply(
            201,
            Thing((Member("id", "id", Text(), about=About("Action ID", "The id of the action.")),), Created),
            "The flow is called from now on; Location is what to delete when it should not be any more.",
        ),
    ),
    Scope.TWOWAY,
    parameters=(_CUSTOMER, _SERVICE),
    body=_BODY,
    body_name="Create webhook request body",
    trigger=Trigger(
        NOTIFICATION,
        "Send a message to a number of the service to see it work.",
        "A message that came in.",
    ),
)
DELETE_TRIGGER = Operation(
    "DeleteTrigger",
    "DELETE",
    "/pipelines/{Pipeline-Id}/actions/{Action-Id}",
    About("Delete Trigger", "Calls the flow no more.", "internal"),
    DeleteTriggerIn,
    (Reply(204, None, "The flow is not called any more."),),
    None,
    parameters=(
        Parameter(
            "Pipeline-Id",
            "path",
            "pipeline_id",
            Text(),
            True,
            About("Pipeline ID", "Whose action it is."),
            encoding="single",
        ),
        Parameter(
            "Action-Id",
            "path",
            "action_id",
            Text(),
            True,
            About("Action ID", "The action that was made for the flow."),
            encoding="single",
        ),
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (NEW_MESSAGE, DELETE_TRIGGER)
