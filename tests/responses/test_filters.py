"""The one language of addresses of answers: read, written, and refused in a sentence."""

import uuid
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.filters import FilterError
from feedback.responses.filters import (
    BANDS,
    MARKS,
    NAMES,
    Filters,
    answers_link,
    parse_filters,
)
from feedback.responses.models import CHANNELS
from feedback.responses.states import STATES
from feedback.scoring import METRICS

MONTHS = ("2024-12", "2025-01", "2026-10")
ids = st.uuids()
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("journey", "stage", "touchpoint", "survey", "person", "tag", "before"), ids),
    "import": ids,
    "metric": st.sampled_from(sorted(METRICS)),
    "wording": st.sampled_from(("current", "replaced")),
    "series": st.lists(ids, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some))),
    "channel": st.sampled_from(CHANNELS),
    "band": st.sampled_from(BANDS),
    "state": st.sampled_from(STATES),
    "mark": st.sampled_from(MARKS),
    "since": st.just("2024-12"),
    "until": st.sampled_from(MONTHS),
    "language": st.sampled_from(("fr", "en", "pt-BR")),
    "property": st.sampled_from(("plan=pro", "size=", "a=b=c", "é&=+ x")),
    "comment": st.just("1"),
    "q": st.text(max_size=40).map(lambda text: text.replace("\0", "").strip()).filter(bool),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_what_is_written_is_read_again(asked: dict[str, Any]) -> None:
    query = answers_link(**{"state": "", **asked}).partition("?")[2]
    filters = parse_filters(parse_qsl(query, keep_blank_values=True))
    assert filters.query() == query
    assert {name: str(value) for name, value in filters.given().items()} == {
        name: "True" if name == "comment" else str(value) for name, value in asked.items()
    }


def test_every_filter_has_values_here() -> None:
    assert set(VALUES) == set(NAMES.values())


def test_a_month_is_both_ends_and_a_number_counts_what_is_counted() -> None:
    [one] = {parse_filters([("month", "2026-10")]), Filters(since="2026-10", until="2026-10")}
    assert one.query(month="2026-09", band="negative") == (
        "band=negative&since=2026-09&until=2026-09"
    )
    stage = uuid.UUID(int=7)
    assert answers_link(stage=stage) == f"/responses?stage={stage}&state=counted"
    assert answers_link(state="", stage=None) == "/responses"
    with pytest.raises(TypeError, match="colour"):
        answers_link(colour="red")


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-13", "month=2026-10&since=2026-01", "since=2026-02&until=2026-01",
        "since=1999-12", "until=soon", "metric=joy", "wording=new", "band=angry", "mark=blue",
        "state=lost", "channel=fax", "language=fr_FR!", "language=" + "x" * 40, "property=plan",
        "property==pro", "stage=7", "person=me", "import=last", "tag=rude", "before=now",
        "colour=red", "band=negative&band=positive",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(query: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filters(parse_qsl(query))
    assert str(refused.value).endswith(".")
