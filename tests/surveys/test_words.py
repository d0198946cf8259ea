"""The built-in words: complete and alike in every language, and no end of a scale swapped."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from feedback.scoring import METRICS
from feedback.surveys.customer_texts import (
    FOLDER,
    SECTIONS,
    complete_texts,
    page_words,
    respondent_texts,
    survey_words,
    widget_words,
    words_language,
)
from feedback.surveys.languages import BUILT_IN
from feedback.surveys.texts import TEXTS, suggested_texts
from tests.surveys.respondent_ends import ENDS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "languages.md"
every_language = pytest.mark.parametrize("code", BUILT_IN)


def texts_of(code: str) -> dict[str, str]:
    """Every text of a language by `section.name`."""
    return {
        f"{section}.{name}": text
        for section, texts in respondent_texts(code).items()
        if section != "checked"
        for name, text in texts.items()
    }


def most_characters(name: str) -> int:
    """Half as long again as English and French, which are tried on a narrow phone."""
    longest = max(len(texts_of(code)[name]) for code in ("en", "fr"))
    return max(16, int(1.5 * longest))


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", text))


def test_there_is_one_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(BUILT_IN)
    assert {path.suffix for path in FOLDER.iterdir()} == {".toml"}


@every_language
def test_it_has_the_texts_of_english_with_the_same_placeholders(code: str) -> None:
    english = {name: placeholders(text) for name, text in texts_of("en").items()}
    assert {name: placeholders(text) for name, text in texts_of(code).items()} == english


@every_language
def test_no_text_is_empty_or_longer_than_a_phone_is_wide(code: str) -> None:
    for name, text in texts_of(code).items():
        assert text == text.strip() and text, name
        assert len(text) <= most_characters(name), (name, text)


@every_language
def test_it_says_who_checked_it(code: str) -> None:
    by_team = code in ("en", "fr")
    assert (respondent_texts(code)["checked"] == "the team") is by_team


def test_no_word_has_two_meanings() -> None:
    names = [name for section in SECTIONS for name in respondent_texts("en")[section]]
    assert len(names) == len(set(names)) and not set(names) & set(TEXTS)


@every_language
def test_the_ends_of_each_scale_are_the_right_way_round(code: str) -> None:
    stems = ENDS[code].split("|")
    metrics = ("nps", "csat_5", "ces_effort_5", "ces_ease_7")
    for metric, low, high in zip(metrics, stems[::2], stems[1::2], strict=True):
        texts = suggested_texts(metric, "us", [code])[code]
        said = (metric, texts["low"], texts["high"])
        assert low.casefold() in texts["low"].casefold(), said
        assert high.casefold() in texts["high"].casefold(), said
        assert low.casefold() not in texts["high"].casefold(), said


def test_little_effort_is_the_low_end_and_the_good_one() -> None:
    assert [key for key, metric in METRICS.items() if metric.low_is_good] == ["ces_effort_5"]
    texts = suggested_texts("ces_effort_5", "us")["en"]
    assert (texts["low"], texts["high"]) == ("Very little effort", "A great deal of effort")


@pytest.mark.parametrize("metric", METRICS)
@every_language
def test_it_suggests_complete_texts_that_the_form_takes(code: str, metric: str) -> None:
    name = "Alice's shop"
    texts = suggested_texts(metric, name, [code])[code]
    assert list(texts) == list(TEXTS)
    assert all(0 < len(texts[key]) <= most for key, most in TEXTS.items())
    assert (name in texts["question"]) is (metric == "nps")


def test_a_language_without_words_reads_the_survey_default() -> None:
    assert words_language("eu", "es") == "es"
    assert page_words("eu", "es")["send"] == "Enviar"
    assert complete_texts({}, "eu", "es")["thanks"].startswith("Gracias")


def test_a_survey_may_say_a_word_in_its_own_way() -> None:
    texts = {"de": {"question": "Wie war's?", "send": "Los", "unheard": "of"}}
    words = survey_words(texts, "de")
    assert (words["send"], words["close"]) == ("Los", "Schließen")
    assert "unheard" not in words and "send" not in complete_texts(texts, "de")
    assert page_words("de")["send"] == "Senden"


def test_the_widget_gets_only_the_words_it_uses() -> None:
    assert list(widget_words("de")) == list(respondent_texts("en")["widget"])
    assert widget_words("de", extra=("next",))["next"] == "Weiter"


def test_nothing_is_read_before_somebody_asks() -> None:
    read = "from feedback.surveys.customer_texts import respondent_texts as r"
    count = f"{read}; print(r.cache_info().misses)"
    run = [sys.executable, "-c", f"import feedback.app; {count}"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


@pytest.mark.skipif(not DOCS.exists(), reason="the documentation is not installed")
def test_the_docs_list_every_language_and_who_checked_it() -> None:
    listed = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", DOCS.read_text("utf-8"), re.M)
    assert listed == [
        (code, name, str(respondent_texts(code)["checked"])) for code, name in BUILT_IN.items()
    ]
