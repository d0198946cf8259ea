"""Every catalogue is complete, fresh and fit to print."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from feedback.i18n import DEFAULT, LOCALES
from scripts.locales import catalogues, extract_words, read_catalogue, untranslated, updated

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
CATALOGUES = {path.parts[-3]: path for path in catalogues()}
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def words() -> Catalog:
    return extract_words()


@pytest.fixture(params=list(CATALOGUES.values()), ids=list(CATALOGUES))
def catalogue_file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_is_one_for_each_language_but_the_source() -> None:
    assert CATALOGUES.keys() == LOCALES.keys() - {DEFAULT}


def test_it_holds_the_words_of_the_code_and_no_others(catalogue_file: Path, words: Catalog) -> None:
    fresh = updated(catalogue_file, words).decode().splitlines()
    assert catalogue_file.read_text(encoding="utf-8").splitlines() == fresh, "run: make locales"


def test_it_leaves_nothing_untranslated_or_guessed(catalogue_file: Path) -> None:
    catalogue = read_catalogue(catalogue_file)
    assert [message.id for message in untranslated(catalogue)] == []
    assert [message.id for message in catalogue if message.fuzzy] == []


def test_its_placeholders_are_those_of_the_source(catalogue_file: Path) -> None:
    wrong = [m.id for m in read_catalogue(catalogue_file) if m.id and not _same_placeholders(m)]
    assert wrong == []


def test_it_has_every_plural_form(catalogue_file: Path) -> None:
    catalogue = read_catalogue(catalogue_file)
    for message in catalogue:
        if message.pluralizable:
            assert isinstance(message.string, tuple), message.id
            assert len(message.string) == catalogue.num_plurals, message.id


def test_french_has_narrow_spaces_and_curved_apostrophes() -> None:
    for message in read_catalogue(CATALOGUES["fr"]):
        for text in _strings(message) if message.id else []:
            assert not re.search(r"(?<![\s" + NARROW + r"])[;!?»](?!\w)| [:;!?»]|« |'", text), text
            assert not re.search(r"\d ?%%|[^\d" + NARROW + r"]%%", text), text


def _same_placeholders(message: Message) -> bool:
    """Each form has the placeholders of the source's singular or plural."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = [sorted(PLACEHOLDER.findall(source)) for source in sources]
    return all(sorted(PLACEHOLDER.findall(text)) in wanted for text in _strings(message))


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())
