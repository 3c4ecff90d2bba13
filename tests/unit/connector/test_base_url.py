"""Which addresses a server may have in a definition."""

from __future__ import annotations

import pytest

from viesti.connector.base_url import BaseUrl, read_base_url


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://sms.example.com", BaseUrl("https", "sms.example.com")),
        (" https://SMS.example.com/ ", BaseUrl("https", "sms.example.com")),
        ("https://sms.example.com:443", BaseUrl("https", "sms.example.com")),
        ("https://sms.example.com:8443", BaseUrl("https", "sms.example.com:8443")),
        ("https://example.com/a/sms-1/", BaseUrl("https", "example.com", "/a/sms-1")),
        ("https://xn--viesti-4ya.example", BaseUrl("https", "xn--viesti-4ya.example")),
        ("https://10.0.0.7", BaseUrl("https", "10.0.0.7")),
        ("http://127.0.0.1:8080/x", BaseUrl("http", "127.0.0.1:8080", "/x")),
        ("http://localhost", BaseUrl("http", "localhost")),
    ],
)
def test_it_is_read(text: str, read: BaseUrl) -> None:
    assert read_base_url(text) == read


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must begin with https://"),
        ("sms.example.com", "must begin with https://"),
        ("ftp://sms.example.com", "must begin with https://"),
        ("http://sms.example.com", "http is for trials"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://u:p@sms.example.com", "no user name"),
        ("https://u@sms.example.com", "no user name"),
        ("https://sms.example.com?a=b", "without ? or #"),
        ("https://sms.example.com/#x", "without ? or #"),
        ("https://[::1]:8080", "IPv6"),
        ("https://[::1", "not an address"),
        ("https://s\u00e4hk\u00f6.example", "no name of a host"),
        ("https://-sms.example.com", "no name of a host"),
        ("https://sms..example.com", "no name of a host"),
        ("https://sms.example.com:0x1", "not an address"),
        ("https://sms.example.com:70000", "not an address"),
        ("https://sms.example.com/a//b", "the path /a//b"),
        ("https://sms.example.com/a/../b", "the path /a/../b"),
        ("https://sms.example.com/{a}", "the path /{a}"),
        ("https://sms.example.com/a b", "the path /a b"),
    ],
)
def test_what_is_wrong_with_it_is_named(text: str, problem: str) -> None:
    said = read_base_url(text)
    assert isinstance(said, str)
    assert problem in said


def test_it_is_written_as_it_was_read() -> None:
    assert str(BaseUrl("https", "h:8443", "/a")) == "https://h:8443/a"
