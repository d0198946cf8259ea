"""Rules as the widget reads them, against addresses as browsers write them: pathname and hash."""

import re
import unicodedata
from urllib.parse import quote

import pytest

from feedback.widget.compiled import compiled
from feedback.widget.paths import path_pattern


def fits(rule: str, address: str) -> bool:
    return re.match(path_pattern([rule], []), address) is not None


WORDS = [
    "café",
    "straße",
    "お知らせ",
    "Ünïcödé",
    "한국",
    "e😀",
    "mañana(1)",
    "a+b",
    "@anna",
    "x~y",
    "a&b=c",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_rule_as_it_is_read_fits_the_address_however_it_is_written(word: str) -> None:
    apart = unicodedata.normalize("NFD", word)
    ways = {quote(word), quote(word).lower(), quote(word, safe="@+&=()"), quote(apart), word}
    for way in ways:
        for rule in {word, quote(word), quote(word).lower(), quote(apart), apart}:
            assert fits(f"/{rule}/*", f"/{way}/x#top"), (rule, way)
            assert not fits(f"/{rule}", f"/{way}x"), (rule, way)


@pytest.mark.parametrize(
    ("rule", "others"),
    [
        ("/café", ["/cafe", "/caf%C3", "/caf%C3%A8", "/caf%E9", "/CAF%C3%A9"]),
        ("/a%2Fb", ["/a/b", "/a%252Fb"]),
        ("/a/b", ["/a%2Fb"]),
        ("/a%2A", ["/abc", "/a"]),
        ("/50%", ["/50", "/50%26"]),
        ("/caf%E9", ["/caf%C3%A9"]),
        ("/a.b", ["/axb"]),
        ("/cart", ["/cart/2", "/x/cart", "/other#/cart"]),
        ("/a*/b", ["/a#/b"]),
    ],
)
def test_a_rule_fits_nothing_else(rule: str, others: list[str]) -> None:
    assert fits(rule, rule)
    assert [other for other in others if fits(rule, other)] == []


@pytest.mark.parametrize(
    ("rule", "on", "off"),
    [
        ("#/cart", ["/#/cart", "/app#/cart", "/#/cart?n=2", "/#/cart#pay"], ["/cart", "/#/cart/2"]),
        ("#/cart/*", ["/#/cart/", "/#/cart/2/3?x"], ["/#/cart", "/cart/2"]),
        ("#!/café", ["/#!/caf%C3%A9", "/#!/caf%c3%a9?x"], ["/#/caf%C3%A9", "/#!/cafe"]),
        ("/app*#/cart", ["/app#/cart", "/app/2#/cart"], ["/#/cart", "/app", "/app#/"]),
        ("#cart", ["/#cart"], ["/#/cart", "/#carts", "/cart"]),
        ("/app", ["/app", "/app#/cart", "/app#top"], ["/", "/app/#/"]),
        ("*", ["/", "/a/b#/c"], []),
    ],
)
def test_a_rule_with_a_hash_speaks_of_what_stands_after_it(
    rule: str, on: list[str], off: list[str]
) -> None:
    assert [address for address in on if not fits(rule, address)] == []
    assert [address for address in off if fits(rule, address)] == []


def test_both_kinds_stand_in_one_list_and_in_the_other() -> None:
    pattern = path_pattern(["/shop/*", "#/shop"], ["/shop/pay", "#/pay"])
    asked = ["/shop/1", "/x#/shop", "/shop/1#/shop"]
    never = ["/shop/pay", "/shop/pay#/shop", "/shop/1#/pay", "/x", "/x#/pay?n=1"]
    assert [bool(re.match(pattern, each)) for each in asked + never] == [True] * 3 + [False] * 5


def test_versions_of_before_that_know_the_path_alone_still_read_it() -> None:
    pattern = path_pattern(["/café/*", "#/cart"], ["/café/x"])
    paths = ["/caf%C3%A9/1", "/caf%C3%A9/x", "/cart"]
    assert [bool(re.match(pattern, path)) for path in paths] == [True, False, False]


def test_a_language_is_judged_here_and_a_path_there() -> None:
    where = {"rules": {"languages": ["nb", "en"], "paths": ["#/café"]}}
    told = compiled(where, "en", 10, "Europe/Paris")["rules"]
    assert list(told) == ["path"] and re.match(told["path"], "/shop#/caf%C3%A9?n=1")
    assert compiled(where, "en", 10, "Europe/Paris", False)["rules"]["is"] == {"@language": []}
