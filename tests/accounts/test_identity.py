"""Signed identity: the secret, the signature, and where editors find the secret."""

import hashlib
import hmac
import uuid

from hypothesis import given
from hypothesis import strategies as st

from feedback.db import Database
from feedback.identity import (
    email_of,
    id_of,
    identity_secret,
    is_placeholder,
    sign,
    vouched,
    who_of,
)
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client

who = st.text(min_size=1, max_size=60)
secrets = st.binary(min_size=32, max_size=32).map(
    lambda key: identity_secret(key, uuid.UUID(int=7))
)


def is_signed(who: str, signature: str, secret: str) -> bool:
    return vouched(who, None, signature, secret)[0]


@given(who=who.filter(lambda text: text.isprintable()), secret=secrets)
def test_it_is_the_hmac_that_any_language_computes(who: str, secret: str) -> None:
    theirs = hmac.new(secret.encode(), who.encode("utf-8"), hashlib.sha256).hexdigest()
    assert is_signed(who, theirs, secret)


@given(who=who, secret=secrets, bit=st.integers(0, 511))
def test_it_refuses_a_signature_with_one_bit_changed(who: str, secret: str, bit: int) -> None:
    signature = bytearray(sign(who, secret).encode())
    signature[bit // 8] ^= 1 << bit % 8
    assert not is_signed(who, signature.decode("latin-1"), secret)


@given(who=who, secret=secrets, data=st.data())
def test_it_refuses_a_signature_of_a_text_with_one_bit_changed(
    who: str, secret: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(who) - 1))
    changed = chr(ord(who[at]) ^ 1 << data.draw(st.integers(0, 7)))
    other = who[:at] + changed + who[at + 1 :]
    assert not is_signed(other, sign(who, secret), secret)


@given(who=who, secret=secrets, bit=st.integers(0, 511))
def test_it_refuses_another_secret(who: str, secret: str, bit: int) -> None:
    other = bytearray(secret.encode())
    other[bit // 8] ^= 1 << bit % 8
    assert not is_signed(who, sign(who, other.decode("latin-1")), secret)


@given(who=who, secret=secrets, signature=st.text(max_size=70))
def test_it_throws_at_no_text(who: str, secret: str, signature: str) -> None:
    is_true = signature == sign(who, secret) and "\n" not in who
    assert is_signed(who, signature, secret) == is_true


@given(names=st.tuples(who, who), other=who, secret=secrets)
def test_both_names_are_signed_as_one_text_that_is_no_other(
    names: tuple[str, str], other: str, secret: str
) -> None:
    joint = sign("\n".join(names), secret)
    has_break = any("\n" in name for name in names)
    assert vouched(*names, joint, secret) == (not has_break, not has_break)
    assert vouched(*names, sign(names[0], secret), secret) == (not has_break, False)
    if other != names[1]:
        assert not vouched(names[0], other, joint, secret)[1]
    assert not vouched("\n".join(names), None, joint, secret)[0]


def key_of(external_id: object = None, email: object = None) -> bytes | None:
    found = who_of(KEY.encode(), uuid.UUID(int=1), id_of(external_id), email_of(email))
    return found.names[0].key if found else None


SAME = [
    ("42", 42),
    (" aBc ", "aBc"),
    ("Zoe\u0301", "Zo\u00e9"),
    ("4.5", 4.5),
    ("x" * 200, "x" * 200 + " "),
]
APART = [("aBc", "AbC"), ("sam", "\u017fam"), ("ss", "\u00df"), ("1", "01"), ("a b", "a  b")]


def test_an_id_is_exact_but_for_outer_blanks_and_how_accents_are_written() -> None:
    for one, other in SAME:
        assert key_of(one) == key_of(other) is not None, (one, other)
    for one, other in APART:
        assert key_of(one) != key_of(other), (one, other)


def test_an_address_has_no_case_and_is_no_id() -> None:
    assert key_of(email="Anna+Shop@Example.org ") == key_of(email="anna+shop@example.org")
    assert key_of("anna@example.org") != key_of(email="anna@example.org")
    assert key_of(email="anna") is None and key_of(email="@b.example") is None
    assert key_of("x" * 201) is None and key_of(True) is None and key_of(["a"]) is None


PLACEHOLDERS = r"""
%SUBSCRIBERID%|{contactfield=id}|[subscriber:email]|${id}|%recipient.id%|undefined|NULL|None|nil
{!Contact.Id}|##id##|<%= id %>|{{contact_id}}|[[id]]|%%id%%|{{{id}}}|{$id}|<<id>>|#{id}|{%id%}
%%=v(@id)=%%|${e://Field/ID}|@{{id}}|(null)|YOUR_USER_ID|USER_ID|<user-id>|$contact.id|__id__
c-{{id}}|contact.id}}|{id}|NaN|{{lead.Id:default=x}}|[UNIQID]|$!{contact.id}|{{ contact.id
[object Object]|crm {{ id }}|[%id%]
"""
NAMES = r"""
c-7|aBc|42|100%|a%b|{3F2504E0-4F89-11D3-9A0C-0305E82C3301}|[123]|O'Neil|anna@example.org|x#1|id
#42|$5|nonesuch|N42|a_b|100$|null-7|__42__|-5|a(b)|customer-id-7|Null Island|user 7|id 7
"""


def texts(table: str) -> list[str]:
    return [text for line in table.strip().splitlines() for text in line.split("|")]


def test_a_tools_placeholder_is_told_from_a_name() -> None:
    assert [
        text
        for text in [*texts(PLACEHOLDERS), "*|UNIQID|*", "*|MC:UNIQID"]
        if not is_placeholder(text)
    ] == []
    assert [text for text in [*texts(NAMES), "a|b"] if is_placeholder(text)] == []


def test_each_workspace_has_a_secret_of_its_own() -> None:
    key = KEY.encode()
    assert identity_secret(key, uuid.UUID(int=1)) != identity_secret(key, uuid.UUID(int=2))


async def test_the_settings_page_shows_the_secret(alice: Client, shop: Shop) -> None:
    secret = identity_secret(KEY.encode(), shop.workspace.id)
    assert f'value="{secret}"' in (await alice.get("/settings")).text


async def test_who_only_reads_does_not_see_it(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    text = (await client.get("/settings")).text
    assert identity_secret(KEY.encode(), shop.workspace.id) not in text
    assert "Signed identity" not in text
