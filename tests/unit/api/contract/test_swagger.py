"""The document says what the declaration says."""

from __future__ import annotations

from tests.unit.api.contract.example import REMOVE, SEND

from viesti.api.contract.swagger import document


def test_the_document() -> None:
    made = document((SEND, REMOVE), title="T", base_path="/v1", host="h", security={"a": {"type": "basic"}})
    assert (made["host"], made["basePath"], made["security"]) == ("h", "/v1", [{"a": []}])
    send = made["paths"]["/things/{Customer}/{Group Service}"]["post"]
    assert (send["operationId"], send["summary"], send["x-ms-visibility"]) == ("Send", "Send", "important")
    assert [(p["name"], p["in"], p["required"], p.get("type")) for p in send["parameters"]] == [
        ("Customer", "path", True, "string"),
        ("Group Service", "path", True, "string"),
        ("Region", "query", False, "string"),
        ("Allow-Reply", "header", False, "boolean"),
        ("Request Body", "body", True, None),
    ]
    customer, group = send["parameters"][:2]
    assert customer["x-ms-url-encoding"] == "single"
    assert customer["x-ms-dynamic-values"] == {
        "operationId": "List",
        "value-path": "id",
        "value-title": "name",
        "value-collection": "all",
    }
    assert group["x-ms-dynamic-values"]["parameters"] == {
        "Customer-Id": {"parameter": "Customer"},
        "ServiceType": "Group",
    }
    assert send["parameters"][-1]["schema"] == {
        "type": "object",
        "properties": {
            "Content": {
                "type": "string",
                "maxLength": 10,
                "x-ms-summary": "Text",
                "description": "The text.",
                "x-ms-visibility": "important",
            },
            "Recipients": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "Address": {"type": "string", "minLength": 1},
                        "Personalization": {"type": "object", "properties": {}},
                    },
                    "required": ["Address"],
                },
            },
            "SendDateTime": {"type": "string", "format": "date-time"},
            "Protocol": {"type": "string", "enum": ["SMS", "Test"], "default": "SMS"},
            "active": {"type": "boolean", "enum": [True, False], "default": True},
            "birthYear": {"type": "integer", "format": "int32", "minimum": 1900, "maximum": 2200},
        },
        "required": ["Content", "Recipients"],
    }
    assert set(send["responses"]) == {
        "200", "400", "401", "403", "404", "405", "408", "409", "413", "429", "500", "503",
    }  # fmt: skip
    assert send["responses"]["200"] == {
        "description": "Sent.",
        "schema": {"type": "string", "format": "uuid"},
    }
    path = made["paths"]["/things/{Customer}/fixed"]
    assert path["delete"]["deprecated"] is True
    assert path["delete"]["responses"]["204"] == {"description": "Gone."}
    assert (path["delete"]["x-ms-trigger"], path["delete"]["x-ms-trigger-hint"]) == (
        "single",
        "Write to us.",
    )
    assert path["x-ms-notification-content"]["schema"]["required"] == ["Address"]


def test_what_is_taken_beyond_the_contract_is_in_the_tolerant_document_only() -> None:
    [send] = document((SEND,), title="T", base_path="/", tolerant=True)["paths"].values()
    names = [p["name"] for p in send["post"]["parameters"]]
    assert "Limit" in names
    members = send["post"]["parameters"][-1]["schema"]["properties"]
    assert members["note"] == {"type": "string", "x-nullable": True, "x-viesti-extension": True}
    assert "x-nullable" not in members["Content"]
