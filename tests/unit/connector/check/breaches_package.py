"""Planted breaches of the rules about files, properties, the icon, the script and the texts.

Rule: a row is the rule that is broken, what is done, and the change that does it.
"""

from __future__ import annotations

from tests.unit.connector.check.changes import OAUTH, Change, add, both, drop, file, put, rewritten
from tests.unit.connector.check.good import DEFINITION, PROPERTIES, chunk, png

BREACHES: tuple[tuple[str, str, Change], ...] = (
    # files
    (
        "file-missing",
        "no properties",
        both(file(PROPERTIES, None), file("certification/" + PROPERTIES, None)),
    ),
    ("byte-order-mark", "a mark before the definition", rewritten(DEFINITION, b"{", b"\xef\xbb\xbf{")),
    ("not-ascii", "an umlaut in the title", rewritten(DEFINITION, b'"Good"', '"Göod"'.encode())),
    ("not-ascii", "an umlaut in the settings", rewritten("settings.json", b"null", '"Göteborg"'.encode())),
    ("not-json", "a comma too many", rewritten(DEFINITION, b"{", b"{,")),
    ("not-json", "a list", file("settings.json", b"[]")),
    ("not-json", "a bottomless definition", file(DEFINITION, b"[" * 100_000)),
    ("not-json", "a definition that is 200 deep", file(DEFINITION, b"[" * 200 + b"]" * 200)),
    ("duplicate-name", "a host twice", rewritten(DEFINITION, b"{", b'{"host": "a.example",')),
    ("settings-missing", "no settings", file("settings.json", None)),
    ("texts-missing", "no texts", both(file("intro.md", None), file("README.md", None))),
    ("script-not-ascii", "an umlaut in the script", rewritten("script.csx", b"{", "{ // ä".encode())),
    # properties
    ("properties-schema", "an unknown member", put("p", "colour", "red")),
    ("properties-schema", "no colour", drop("p", "iconBrandColor")),
    (
        "properties-schema",
        "an unknown policy",
        put("p", "policyTemplateInstances", 1, "templateId", "setheaders"),
    ),
    (
        "properties-schema",
        "a policy without what it needs",
        drop("p", "policyTemplateInstances", 1, "parameters", "x-ms-apimTemplateParameter.value"),
    ),
    (
        "properties-schema",
        "an unknown type of parameter",
        put("p", "connectionParameters", "username", "type", "text"),
    ),
    ("properties-schema", "an address that is no object", put(*OAUTH, "customParameters", "other", "x")),
    (
        "colour-form",
        "a colour by its name",
        both(put("p", "iconBrandColor", "blue"), file("icon.png", png(background=(9, 9, 9)))),
    ),
    ("colour-default", "the platform's blue", put("p", "iconBrandColor", "#007EE5")),
    ("independent-icon", "an icon of an independent publisher", put("p", "iconBrandColor", "#da3b01")),
    ("sign-in-missing", "no OAuth 2", drop("p", "connectionParameters", "token")),
    ("sign-in-missing", "no password", drop("p", "connectionParameters", "password")),
    (
        "password-open",
        "a password in the open",
        put("p", "connectionParameters", "password", "type", "string"),
    ),
    ("oauth-incomplete", "no refresh address", drop(*OAUTH, "customParameters", "refreshUrl")),
    ("oauth-incomplete", "no client id", drop(*OAUTH, "clientId")),
    (
        "oauth-address",
        "http",
        put(*OAUTH, "customParameters", "refreshUrl", "value", "http://good.example/token"),
    ),
    (
        "oauth-differs",
        "another server",
        put(*OAUTH, "customParameters", "tokenUrl", "value", "https://other.example/token"),
    ),
    ("secret-in-file", "a secret", put(*OAUTH, "clientSecret", "hush")),
    ("redirect-url", "another consent service", put(*OAUTH, "redirectUrl", "https://good.example/redirect")),
    (
        "redirect-url",
        "one connector's own, for all",
        put(*OAUTH, "redirectUrl", "https://global.consent.azure-apim.net/redirect/good"),
    ),
    (
        "policy-operation-unknown",
        "a policy for nothing",
        add("p", "policyTemplateInstances", 0, "parameters", "x-ms-apimTemplate-operationName", "ListPeople"),
    ),
    (
        "policy-parameter-unknown",
        "a parameter of nobody",
        put(
            "p",
            "policyTemplateInstances",
            1,
            "parameters",
            "x-ms-apimTemplateParameter.value",
            "@connectionParameters('user')",
        ),
    ),
    (
        "dynamic-host-path",
        "a host without the path",
        put(
            "p",
            "policyTemplateInstances",
            2,
            "parameters",
            "x-ms-apimTemplateParameter.urlTemplate",
            "https://@connectionParameters('username')",
        ),
    ),
    ("script-operation-unknown", "a script for nothing", add("p", "scriptOperations", "RemovePerson")),
    (
        "script-missing",
        "no script",
        both(file("script.csx", None), drop("s", "script"), drop("c", "scriptOperations")),
    ),
    ("stack-owner", "an owner, for paconn", put("p", "stackOwner", "Somebody")),
    ("owner-missing", "no publisher, for certification", drop("c", "publisher")),
    # the icon
    ("icon-missing", "no icon", both(file("icon.png", None), drop("s", "icon"))),
    ("icon-broken", "no picture", file("icon.png", b"GIF89a")),
    ("icon-broken", "a picture that is cut off", file("icon.png", png()[:-30])),
    ("icon-broken", "a picture with a bit turned", file("icon.png", png().replace(b"IDATx", b"IDATy", 1))),
    ("icon-broken", "a picture without its pixels", file("icon.png", png()[:33] + chunk(b"IEND", b""))),
    ("icon-oblong", "an oblong icon", file("icon.png", png(128, 160))),
    ("icon-size", "a small icon", file("icon.png", png(64, 64))),
    ("icon-size", "a large icon", file("icon.png", png(231, 231))),
    (
        "icon-heavy",
        "a heavy icon",
        file("icon.png", png()[:-12] + chunk(b"teXt", bytes(1_000_000)) + chunk(b"IEND", b"")),
    ),
    (
        "icon-background",
        "a white icon",
        file("icon.png", png(background=(255, 255, 255), ink=(0, 0, 0))),
    ),
    ("icon-background", "a transparent icon", file("icon.png", png(opacity=0))),
    ("icon-brand", "another colour", file("icon.png", png(background=(0, 99, 0)))),
    ("icon-logo", "a large logo", file("icon.png", png(drawn=0.8))),
    ("icon-logo", "no logo", file("icon.png", png(drawn=0))),
    # script, settings, texts
    ("script-class", "a class of another name", rewritten("script.csx", b"class Script", b"class Scripts")),
    ("script-class", "a class in a comment", rewritten("script.csx", b"public class", b"// public class")),
    ("script-method", "a method of another name", rewritten("script.csx", b"ExecuteAsync", b"RunAsync")),
    (
        "script-asks-unknown",
        "an operation in another letter case",
        rewritten("script.csx", b'"PersonAdded"', b'"personAdded"'),
    ),
    ("script-heavy", "a heavy script", rewritten("script.csx", b"{", b"{" + b" " * 1_000_000)),
    ("settings-file", "an icon of another name", put("s", "icon", "logo.png")),
    ("settings-incomplete", "no definition", drop("s", "apiDefinition")),
    ("setting-unknown", "a password", put("s", "password", "hush")),
    ("text-empty", "an empty text", file("intro.md", b" \n")),
    (
        "section-missing",
        "nothing about issues",
        rewritten("intro.md", b"## Known Issues and Limitations\n", b""),
    ),
)
