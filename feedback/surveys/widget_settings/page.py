"""The settings of a survey in the widget: where and how it appears, when and to whom.

===================  ============================================================
``read_widget``      what the form sends, checked
``widget_values``    what the form shows of a survey
``change_widget``    store it
``show_where``       `look` and `rules` as the widget reads them
===================  ============================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback.surveys.models import Question, Survey
from feedback.surveys.widget_settings.look import look_values, read_look, shown_look
from feedback.surveys.widget_settings.rules import read_rules, roots, rules_values
from feedback.web.forms import Form, FormReader


@dataclass(frozen=True, slots=True)
class WidgetIn:
    """The two columns; None where nothing differs from the usual."""

    look: dict[str, Any] | None
    rules: dict[str, Any] | None


def read_widget(data: Any, question: Question) -> Form[WidgetIn]:
    reader, languages = FormReader(data), list(question.texts)
    look = read_look(reader, question.metric, languages)
    rules = read_rules(reader, reader.values["place"], roots(languages))
    return reader.result(WidgetIn(look, rules))


def widget_values(survey: Survey) -> dict[str, str]:
    """Every field that has something in it, as texts."""
    return look_values(survey.look) | rules_values(survey.rules)


def change_widget(survey: Survey, wanted: WidgetIn) -> None:
    survey.look, survey.rules = wanted.look, wanted.rules


def show_where(survey: Survey, question: Question, languages: Sequence[str]) -> dict[str, Any]:
    """`look` and `rules` for the widget, each only when set."""
    found: dict[str, Any] = {}
    if survey.look:
        found["look"] = shown_look(survey.look, question.metric, languages)
    if survey.rules:
        found["rules"] = survey.rules
    return found
