"""`/widget/v1.js` and its successors: what was released never changes."""

import base64
import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.widget.tag import RELEASES, Release, frozen_snippet, releases
from scripts.freeze_widget import frozen

Client = AsyncTestClient[Any]
GUIDE = Path(__file__).parents[2].joinpath("docs", "recipes.md").read_text()
# Written here once more, so that file and manifest cannot both change unseen. Only add to it.
RELEASED = {
    "v1-after": "sha384-1LxcCfAOjm7i7NVPx8DuntxLazrFDoUc4W3uz1gnvilhMS0HS9IdWWfkK5mpvf39",
    "v1": "sha384-zAashLzZrnjldEZbCPN+/kMnhnKFIOHbYD+riNtWlLHqmPNrureJNg+3uO7KUb2A",
}

every_release = pytest.mark.parametrize("release", releases(), ids=lambda r: r.version)


def hash_of(body: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()


@every_release
def test_it_never_changes(release: Release) -> None:
    assert hash_of(release.read()) == release.integrity == RELEASED[release.version]


def test_every_released_file_is_in_the_manifest() -> None:
    files = {path.stem for path in RELEASES.glob("*.js")}
    assert files == {release.version for release in releases()} == set(RELEASED)


@every_release
def test_the_docs_name_its_hash(release: Release) -> None:
    assert release.path in GUIDE and release.integrity in GUIDE


@every_release
async def test_it_is_served_as_it_was_released(client: Client, release: Release) -> None:
    for encoding in ("identity", "gzip"):
        answer = await client.get(release.path, headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200 and hash_of(answer.content) == release.integrity
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(gzip.compress(release.read(), mtime=0))


@every_release
async def test_any_site_may_load_it_with_its_hash_and_keep_it(
    client: Client, release: Release
) -> None:
    headers = (await client.get(release.path)).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in headers["Cache-Control"] and "set-cookie" not in headers


@pytest.mark.parametrize("name", ["v0.js", "v1", "manifest.json", "..%2fwidget.js", "v1.js.map"])
async def test_there_is_no_other_version(client: Client, name: str) -> None:
    assert (await client.get(f"/widget/{name}")).status_code == 404


async def test_it_refuses_another_method(client: Client) -> None:
    assert (await client.post("/widget/v1.js")).status_code == 405


def test_the_widget_of_today_can_be_frozen() -> None:
    source = (RELEASES.parent / "widget.js").read_text(encoding="utf-8")
    moved = frozen(source, "v9")
    assert "/[^/]*$/" in moved and "widget-after.js" not in moved
    with pytest.raises(ValueError, match="another way"):
        frozen("fetch('/w/site')", "v9")


def test_a_tag_names_the_newest_whole_version() -> None:
    assert releases()[-1].is_tag


@every_release
def test_it_loads_the_second_file_of_its_own_version(release: Release) -> None:
    source = release.read().decode()
    second = f"{release.version}-after"
    assert "widget-after.js" not in source
    assert not release.is_tag or (f"widget/{second}.js" in source and second in RELEASED)


def test_its_tag_names_its_hash() -> None:
    release = next(each for each in releases() if each.version == "v1")
    tag = frozen_snippet("https://f.example", release, "site", "survey")
    assert tag == (
        f'<script src="https://f.example/widget/v1.js" integrity="{release.integrity}" '
        'crossorigin="anonymous" data-feedback-site="site" data-feedback-survey="survey" async>'
        "</script>"
    )
