"""Each score that a template prints leads to its answers, or it is said here why it does not."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
PRINTED = re.compile(r"\{\{[^{}]*\b\w+\.(?:number|exact)\b[^{}]*\}\}")
LED = re.compile(r"\{% call to_answers\((?:(?!endcall).)*\{% endcall %\}|<a\b[^>]*data-n=.*?</a>")

# What stands on no list.
NO_ANSWERS = {
    "priorities/_matrix.html": {
        "{{ spot.number }}": "the place of an item in the list beside it",
    },
    "responses/bursts.html": {
        '{{ _("Burst %(n)s", n=burst.number) }}': "which burst it is",
    },
    "surveys/survey.html": {"{{ line.number }}": "which line of answers it is"},
    "board/_stage.html": {
        "{{ score.exact }}": "of no answers: what leads on stands in the other branch",
        "{{ score.number }}": "of no answers: what leads on stands in the other branch",
    },
}


def unled(text: str) -> set[str]:
    return set(PRINTED.findall(LED.sub("", text)))


def test_each_printed_score_is_a_link() -> None:
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        if numbers := unled(path.read_text()):
            found[str(path.relative_to(TEMPLATES))] = numbers
    assert found == {name: set(of) for name, of in NO_ANSWERS.items()}


def test_it_finds_one_that_is_none() -> None:
    led = "{% call to_answers(score.answers) %}{{ score.number }}{% endcall %}"
    assert not unled(led) and not unled('<a href="/x" data-n="3"><b>{{ score.number }}</b></a>')
    assert unled(f"{led} <b>{{{{ score.number }}}}</b>") == {"{{ score.number }}"}
