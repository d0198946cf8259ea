"""Signed identity: the secret, the signature, and where editors find the secret."""

import hashlib
import hmac
import uuid

from hypothesis import given
from hypothesis import strategies as st

from feedback.db import Database
from feedback.identity import identity_secret, is_signed, sign
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client

who = st.text(min_size=1, max_size=60)
secrets = st.binary(min_size=32, max_size=32).map(
    lambda key: identity_secret(key, uuid.UUID(int=7))
)


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
    assert is_signed(who, signature, secret) == (signature == sign(who, secret))


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
