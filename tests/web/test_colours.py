"""One colour for better, one for worse, nowhere else: read off the style sheets and templates."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SHEETS = sorted(Path("feedback/static").glob("*.css"))
TOKENS = re.compile(r"var\(--(better|worse)\)")
# A band of ratings has colours of its own, and a green button is no verdict.
GREEN = re.compile(r"var\(--(better|positive|fill-positive|accent)\)")
FIRST = re.compile(r"concentrate_here|is-first|\.first|\.ring|\.priority|\.to-do")


def rules(sheet: Path) -> Iterator[tuple[str, str]]:
    """Each rule's selectors, one by one, with its declarations."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for selector in selectors.split(","):
            yield selector.strip(), declarations


def every_rule() -> list[tuple[str, str, str]]:
    return [(sheet.name, *rule) for sheet in SHEETS for rule in rules(sheet)]


def classes(selector: str) -> set[str]:
    return set(re.findall(r"\.([\w-]+)", selector))


def test_the_colours_of_better_and_worse_are_those_of_nothing_else() -> None:
    used = [
        (sheet, selector, token)
        for sheet, selector, declarations in every_rule()
        for token in TOKENS.findall(declarations)
    ]
    assert {token for _, _, token in used} == {"better", "worse"}
    assert [each for each in used if each[2] not in classes(each[1])] == []


def test_better_and_worse_have_no_other_colour() -> None:
    others = [
        (sheet, selector)
        for sheet, selector, declarations in every_rule()
        for word in {"better", "worse"} & classes(selector)
        if set(re.findall(r"(?:color|fill|stroke):[^;]*?(?:var\(--(\w+)\)|#)", declarations))
        - {word}
    ]
    assert others == []


def test_what_is_to_be_done_first_is_not_green() -> None:
    green = [
        (sheet, selector)
        for sheet, selector, declarations in every_rule()
        if FIRST.search(selector) and GREEN.search(declarations) and " a" not in selector
    ]
    assert green == []


@pytest.mark.parametrize("mode", [":root {", "prefers-color-scheme: dark", "@media print"])
def test_both_have_a_colour_in_light_dark_and_print(mode: str) -> None:
    text = Path("feedback/static/feedback.css").read_text()
    block = text[text.index(mode) :].split("}", 1)[0]
    found = dict(re.findall(r"--(better|worse): (#\w+)", block))
    assert set(found) == {"better", "worse"} and found["better"] != found["worse"]


def test_only_a_verdict_is_called_better_or_worse() -> None:
    """A class by that name stands in a template only as the key of a verdict."""
    literal = [
        (path.name, found)
        for path in sorted(Path("templates").rglob("*.html"))
        for found in re.findall(r'class="[^"{]*\b(?:better|worse)\b[^"]*"', path.read_text())
    ]
    assert literal == []
