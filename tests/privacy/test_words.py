"""What no page and no document of ours may say of consent, of hashes and of who answers."""

import re
from pathlib import Path

import pytest

from feedback.privacy.models import Privacy
from feedback.privacy.read import Collected, Told
from feedback.privacy.register import entry_text, register_entry

ROOT = Path(__file__).resolve().parents[2]
# Whether the law asks for consent is for the site's counsel to say, never for us.
VERDICTS = re.compile(
    r"\bexempt|no\s+(?:need\s+(?:for|of)\s+)?consent|without\s+consent|consent[- ]free"
    r"|consent\s+is\s+not|(?:do|does)\s+not\s+need\s+(?:any\s+)?consent|dispens\w+\s+de\s+consent"
    r"|sans\s+consentement|aucun\s+consentement|pas\s+besoin\s+(?:de|du)\s+consentement",
    re.IGNORECASE,
)
# What people who answer read: to them nothing is called anonymous, for a hash joins their answers.
TO_RESPONDENTS = (
    "feedback/surveys/respondent/*.toml", "templates/surveys/hosted*.html",
    "templates/surveys/_hosted*.html", "templates/surveys/kiosk.html",
    "templates/surveys/mail_block.html", "templates/privacy/_told.html",
    "templates/privacy/page.html", "feedback/widget/widget*.js", "feedback/static/kiosk.js",
)  # fmt: skip
READ = (
    "templates/**/*.html", "locales/**/*.po", "docs/**/*.md", "*.md", "feedback/**/*.py",
    "feedback/surveys/respondent/*.toml",
)  # fmt: skip


def files(patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern)})


def test_nothing_of_ours_says_that_consent_is_not_needed() -> None:
    said = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in files(READ)
        for found in VERDICTS.finditer(re.sub(r'"\n"', "", path.read_text(encoding="utf-8")))
    }
    assert said == set()


def test_the_check_itself_sees_a_verdict() -> None:
    for text in ("It is exempt.", "No consent is needed", "sans consentement", "without\nconsent"):
        assert VERDICTS.search(text), text
    assert not VERDICTS.search("after consent; it needs consent unless it is necessary")


@pytest.mark.parametrize("path", files(TO_RESPONDENTS), ids=lambda path: path.name)
def test_nothing_that_respondents_read_calls_them_anonymous(path: Path) -> None:
    said = path.read_text(encoding="utf-8").replace("is_anonymous", "")  # a column's name
    assert not re.search("anonym", said, re.IGNORECASE)


def test_every_document_that_tells_of_keyed_hashes_has_them_pseudonymous() -> None:
    for path in files(("docs/**/*.md", "*.md")):
        text = path.read_text(encoding="utf-8")
        near = re.search(r"anonym\w*[^.]{0,80}\bhash|\bhash[^.]{0,80}anonym", text, re.IGNORECASE)
        assert not near, (path.name, near and near[0])


def test_the_register_entry_says_what_is_left_to_write() -> None:
    from feedback import clock
    from feedback.db import new_id

    told = Told(
        "Shop",
        "Europe/Paris",
        "en",
        Privacy(workspace_id=new_id(), updated_at=clock.now()),
        Collected(comment=True, choices=False, moments=False),
    )
    lines = register_entry(told, is_https=False)
    opened = [line.name for line in lines if line.is_open]
    assert opened == [
        "Controller", "Contact", "Purposes", "Legal basis", "Recipients",
        "Transfers outside the European Union", "Security measures",
    ]  # fmt: skip
    assert entry_text(told, lines).count("[to be written: ") == 8
