"""Under a path of another site every address of ours leads there, whatever the proxy does."""

import re

import pytest

from feedback.accounts.sessions import cookie_name
from feedback.app import create_app
from feedback.errors import FeedbackError
from feedback.settings import OWN, Settings, load_settings
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client, send
from tests.test_doors import READS, ours  # noqa: F401 (a fixture)

BASE = "http://testserver.local/feedback"
PUBLIC = ["/s/{nps}", "/s/{nps}/thanks", "/s/{nps}/more", "/k/{nps}", "/sign-in", "/noise", "/demo"]
ADDRESS = re.compile(r"""<[^>]*?\s([\w-]+)=["'](/[^"']*)["']""")
# Attributes that may hold what people typed, or a path of ours that a form sends back to us.
TYPED = {"value", "placeholder", "d", "content"}


@pytest.fixture
def under(alice: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings = alice.app.state.settings.model_copy(update={"base_url": BASE})
    monkeypatch.setattr(alice.app.state, "settings", settings)
    return alice


async def test_every_address_of_every_page_lies_there(
    ours: dict[str, object],  # noqa: F811
    under: Client,
    shop: Shop,
) -> None:
    paths = [path.format(**ours) for path in READS]
    pages = 0
    for path in paths + [path.replace("{nps}", shop.nps.key) for path in PUBLIC]:
        stripped = await under.get(path, follow_redirects=False)
        if not stripped.headers.get("Content-Type", "").startswith("text/html"):
            continue
        kept = await under.get("/feedback" + path, follow_redirects=False)
        assert kept.status_code == stripped.status_code, path
        pages += 1
        for text in (stripped.text, kept.text):
            found = [(a, b) for a, b in ADDRESS.findall(text) if a not in TYPED]
            assert not [b for _, b in found if not b.startswith(("/feedback/", "//"))], path
            assert len(stripped.content) == int(stripped.headers["Content-Length"])
    assert pages > 25


async def test_redirects_and_cookies_follow(under: Client, shop: Shop) -> None:
    root = await under.get("/feedback", follow_redirects=False)
    assert root.headers["Location"] == "/feedback/board"
    sent = await send(under, f"/surveys/{shop.nps.id}/signature")
    assert sent.headers["Location"] == f"/feedback/surveys/{shop.nps.id}"
    [flash] = sent.headers.get_list("Set-Cookie")
    assert "path=/feedback;" in flash.lower() + ";"
    under.cookies.clear()
    out = await under.get("/board", follow_redirects=False)
    assert out.headers["Location"] == "/feedback/sign-in?next=%2Fboard"
    htmx = await under.get("/feedback/board", headers={"HX-Request": "true"})
    assert htmx.headers["HX-Redirect"] == "/feedback/sign-in"


async def test_htmx_is_told_where_it_is(under: Client) -> None:
    htmx = {"HX-Request": "true", "HX-Target": "trends_page"}
    blocks = await under.get("/feedback/trends?metric=nps", headers=htmx)
    assert blocks.headers["HX-Push-Url"].startswith("/feedback/trends?")
    assert "<!doctype" not in blocks.text and 'href="/feedback/' in blocks.text


async def test_head_says_the_length_of_get(under: Client, shop: Shop) -> None:
    path = f"/feedback/s/{shop.nps.key}"
    head, whole = await under.head(path), await under.get(path)
    assert head.content == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


async def test_what_visitors_typed_is_left_as_it_is(under: Client, shop: Shop) -> None:
    typed = 'see href="/board" and src=\'/x\' <a href="/board">'
    answer = await under.post(f"/feedback/r/{shop.nps.key}", json={"rating": 9, "comment": typed})
    assert answer.status_code == 201
    page = await under.get(f"/responses/{answer.json()['id']}")
    assert "see href=&#34;/board&#34; and" in page.text


async def test_links_and_snippets_name_the_path(under: Client, shop: Shop) -> None:
    page = (await under.get(f"/feedback/surveys/{shop.nps.id}/share")).text
    for address in ("widget.js", f"s/{shop.nps.key}", f"k/{shop.nps.key}"):
        assert f"{BASE}/{address}" in page


def test_the_cookie_of_a_session_is_for_that_path_alone() -> None:
    assert cookie_name("https://feedback.example.org") == "__Host-feedback"
    assert cookie_name("https://shop.example/feedback") == "__Secure-feedback"
    assert cookie_name("http://shop.example/feedback") == "feedback_session"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://shop.example/surveys", "cannot lie under /surveys"),
        ("https://shop.example/s/ask", "cannot lie under /s/ask"),
        ("https://shop.example/board.csv", "cannot lie under"),
        ("https://shop.example/ask?x=1", "plain path"),
        ("https://shop.example/a b", "plain path"),
        ("https://shop.example/../x", "plain path"),
    ],
)
def test_it_refuses_such_an_address(address: str, said: str) -> None:
    with pytest.raises(FeedbackError, match=re.escape(said)):
        load_settings(base_url=address)


def test_it_knows_every_page_of_its_own() -> None:
    assert (
        load_settings(base_url="https://shop.example/a/b/").base_url == "https://shop.example/a/b"
    )
    routes = create_app(Settings(secret_key=KEY, demo=True)).routes
    first = {route.path.split("/")[1].split(".")[0] for route in routes}
    assert first - {""} <= set(OWN)
