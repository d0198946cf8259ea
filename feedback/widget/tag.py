"""The script tag that a site pastes: the newest widget, or a frozen version with its hash."""

import html
import json
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from feedback.resources import PACKAGE

RELEASES = PACKAGE / "widget" / "releases"


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the widget that never changes. `integrity` is what browsers compare."""

    version: str
    integrity: str

    @property
    def is_tag(self) -> bool:
        """Whether a tag names it; the others are what such a version loads later."""
        return "-" not in self.version

    @property
    def path(self) -> str:
        return f"/widget/{self.version}.js"

    def read(self) -> bytes:
        return (RELEASES / f"{self.version}.js").read_bytes()


@cache
def releases() -> tuple[Release, ...]:
    """Every frozen file, the newest last: what a tag names, after what that loads later."""
    manifest = json.loads((RELEASES / "manifest.json").read_text(encoding="utf-8"))
    return tuple(Release(version, integrity) for version, integrity in manifest.items())


def embed_snippet(
    base_url: str, site_key: str, survey_key: str | None = None, *, storage: str | None = None
) -> str:
    """The tag that shows one survey, or without its key every live survey of the workspace.

    storage: what the site chose to keep on a device before an act.
    """
    return _tag(f"{base_url}/widget.js", "", site_key, survey_key, storage)


def frozen_snippet(
    base_url: str, release: Release, site_key: str, survey_key: str, *, storage: str | None = None
) -> str:
    """The tag of one frozen version: a browser refuses a file that is not exactly this one."""
    checked = f' integrity="{release.integrity}" crossorigin="anonymous"'
    return _tag(base_url + release.path, checked, site_key, survey_key, storage)


def embed_policy(base_url: str, *, is_framed: bool = False) -> str:
    """What a site with a content security policy must allow for the widget."""
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    policy = f"script-src {origin}; connect-src {origin}"
    return policy + (f"; frame-src {origin}" if is_framed else "")


def _tag(
    source: str, checked: str, site_key: str, survey_key: str | None, storage: str | None
) -> str:
    survey = f' data-feedback-survey="{survey_key}"' if survey_key else ""
    kept = f' data-feedback-storage="{storage}"' if storage else ""
    site = f' data-feedback-site="{site_key}"'
    return f'<script src="{html.escape(source)}"{checked}{site}{survey}{kept} async></script>'
