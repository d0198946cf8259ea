"""Whose address a request has: a header is believed from a trusted proxy, and never further."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.errors import FeedbackError
from feedback.settings import Settings, load_settings
from feedback.web.address import MOST_HOPS, address_of, unnamed_proxy

PROXY = "10.0.0.2"
TRUSTED = Settings(trusted_proxies="127.0.0.1, 10.0.0.0/8,fd00::/8")
NOBODY = Settings()


def scope(peer: str | None, *headers: tuple[str, str]) -> dict[str, Any]:
    named = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    client = (peer, 40_000) if peer is not None else None
    return {"type": "http", "client": client, "headers": [(b"host", b"x"), *named]}


def via(peer: str, *chains: str, name: str = "X-Forwarded-For") -> str | None:
    return address_of(scope(peer, *((name, chain) for chain in chains)), TRUSTED)


def test_it_is_the_peer_where_nothing_is_forwarded() -> None:
    for settings in (NOBODY, TRUSTED):
        assert address_of(scope("203.0.113.7"), settings) == "203.0.113.7"
        assert address_of(scope(PROXY), settings) == PROXY


@pytest.mark.parametrize("peer", [None, "", "testclient", "unix:/run/x"])
def test_it_is_unknown_where_the_peer_has_no_address(peer: str | None) -> None:
    assert address_of(scope(peer), TRUSTED) is None
    assert address_of(scope(peer, ("X-Forwarded-For", "203.0.113.7")), TRUSTED) is None


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("  203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.1.1.1, 127.0.0.1", "203.0.113.7"),
        ("10.9.9.9, 203.0.113.7, 10.1.1.1", "203.0.113.7"),
        ("10.3.3.3, 10.1.1.1", "10.3.3.3"),
        ("lies, \x00, 203.0.113.7", "203.0.113.7"),
        ('"for=[::1], 203.0.113.7', "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:ffff::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.7, fd12::1", "203.0.113.7"),
    ],
)
def test_a_trusted_proxy_says_whose_it_is(chain: str, address: str) -> None:
    assert via(PROXY, chain) == address
    assert via("::ffff:127.0.0.1", chain) == address


@pytest.mark.parametrize(
    "chain",
    ["", ",", "203.0.113.7,", "unknown", "203.0.113.7, unknown", "_hidden", "1.2.3", "1.2.3.4.5",
     "0x7f.1", "203.0.113.7 10.0.0.1", "[::1", "]", "é", "203.0.113.999", ":" * 400,
     ",".join(["10.0.0.1"] * (MOST_HOPS + 9)) + ",x"],
)  # fmt: skip
def test_what_is_no_address_is_nobodys(chain: str) -> None:
    assert via(PROXY, chain) in (None, "::/64")


def test_several_lines_of_a_header_are_one_chain() -> None:
    assert via(PROXY, "198.51.100.1", "203.0.113.7, 10.0.0.9") == "203.0.113.7"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=203.0.113.7", "203.0.113.7"),
        ("For=203.0.113.7;proto=https;by=10.0.0.2", "203.0.113.7"),
        ('for=198.51.100.1, by=x; for="203.0.113.7:123", for=10.0.0.7', "203.0.113.7"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::/64"),
        ('for="198.51.100.1, for=203.0.113.7', "203.0.113.7"),  # an open quote hides nothing
        ("for=unknown", None),
        ("proto=https", None),
        ("for=198.51.100.1, proto=https", None),
        ("", None),
    ],
)
def test_forwarded_is_read_too(value: str, address: str | None) -> None:
    assert via(PROXY, value, name="Forwarded") == address


def test_two_headers_must_say_the_same() -> None:
    # nginx writes the one and passes the other on as the visitor sent it.
    honest, forged = ("X-Forwarded-For", "203.0.113.7"), ("Forwarded", "for=198.51.100.1")
    agreeing = ("Forwarded", "for=203.0.113.7")
    assert address_of(scope(PROXY, honest, forged), TRUSTED) is None
    assert address_of(scope(PROXY, honest, agreeing), TRUSTED) == "203.0.113.7"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
def test_nobody_else_is_believed(name: str) -> None:
    for settings in (NOBODY, TRUSTED):
        for value in ("198.51.100.1", "for=198.51.100.1", "", "unknown"):
            asked = scope("9.9.9.9", (name, value))
            assert address_of(asked, settings) is None
            assert unnamed_proxy(asked, settings) == ""


def test_a_proxy_nearby_is_named_and_a_visitor_is_not() -> None:
    header = ("X-Forwarded-For", "203.0.113.7")
    assert unnamed_proxy(scope("172.18.0.3", header), NOBODY) == "172.18.0.3"
    assert unnamed_proxy(scope("::1", header), NOBODY) == "::1"
    assert unnamed_proxy(scope("8.8.8.8", header), NOBODY) == ""
    assert unnamed_proxy(scope("172.18.0.3"), NOBODY) is None
    assert unnamed_proxy(scope(PROXY, header), TRUSTED) is None
    assert unnamed_proxy(scope("testclient", header), TRUSTED) is None


@given(
    peer=st.sampled_from([PROXY, "203.0.113.7", "x", "::1"]) | st.text(max_size=9),
    name=st.sampled_from(["X-Forwarded-For", "Forwarded"]),
    values=st.lists(st.text(st.characters(max_codepoint=255), max_size=60), max_size=3),
)
def test_no_header_raises(peer: str, name: str, values: list[str]) -> None:
    for settings in (NOBODY, TRUSTED):
        asked = scope(peer, *((name, value) for value in values))
        found = address_of(asked, settings)
        assert found is None or found.count(".") == 3 or found.endswith("/64")
        unnamed_proxy(asked, settings)


def test_a_setting_that_is_no_network_stops_the_program() -> None:
    for wrong in ("nginx", "10.0.0.0/33", "10.0.0.1; 10.0.0.2", "127.0.0.1, *"):
        with pytest.raises(FeedbackError, match="FEEDBACK_TRUSTED_PROXIES: .* is no address"):
            load_settings(trusted_proxies=wrong)
    assert load_settings(trusted_proxies=" 10.0.0.1/8,, ::1 ").trusted_proxies == "10.0.0.1/8, ::1"
