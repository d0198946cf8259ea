"""The ZIP that a person is handed: `data.json` for programs, a page a language for them."""

import io
import zipfile
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader

from feedback.disclosure.gather import Disclosure
from feedback.i18n import LOCALES, speaking
from feedback.resources import resource_dir
from feedback.responses.follow_up_answers import read_follow_up_answers
from feedback.rows import json_text
from feedback.web.page import prepare_environment
from feedback.wording import channel_name


def zip_bytes(disclosure: Disclosure) -> bytes:
    """The file. No name in it tells whose it is; it takes memory as the answers do."""
    made = io.BytesIO()
    at = disclosure.made_at.timetuple()[:6]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _files(disclosure).items():
            archive.writestr(zipfile.ZipInfo(name, at), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _files(disclosure: Disclosure) -> dict[str, str]:
    pages = {f"{code}.html": html_page(disclosure, code) for code in LOCALES}
    return pages | {"data.json": json_text(document(disclosure))}


def document(disclosure: Disclosure) -> dict[str, Any]:
    """What `data.json` holds: each table as it stands; hashes in hexadecimal."""
    return {
        "workspace": disclosure.workspace.name,
        "made_at": disclosure.made_at.isoformat(),
        "tables": dict(disclosure.tables),
    }


def html_page(disclosure: Disclosure, language: str) -> str:
    """The same to be read, complete in one file that asks for nothing else."""
    with speaking(language):
        return (
            _environment()
            .get_template("disclosure/person.html")
            .render(
                stored=disclosure,
                language=language,
                told=lambda row: read_follow_up_answers(row, language),
                channel_name=channel_name,
                zone=disclosure.workspace.time_zone,
            )
        )


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(resource_dir("templates")), autoescape=True)
    prepare_environment(made)
    return made
