"""The links of a page to lists of answers, and what such a list must hold, found another way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlmodel import select

from feedback.db import Database
from feedback.journeys.models import Stage
from feedback.responses.models import Response
from feedback.scoring import METRICS
from feedback.scoring.months import month_at
from feedback.surveys.models import Series, Survey
from tests.drill.world import World

LISTS = ("/responses", "/comments")


@dataclass(frozen=True)
class Link:
    """n: the number that it stands on; None where it is of what a job's figure was made from."""

    href: str
    n: int | None


class Links(HTMLParser):
    """Every link to a list of answers that says which; `bare` are those without a number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Link] = []
        self.bare: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href") or ""
        address = urlsplit(href)
        if tag != "a" or address.path not in LISTS or not address.query:
            return
        if "data-n" in given:
            self.found.append(Link(href, int(given["data-n"] or "")))
        elif "data-inputs" in given:
            self.found.append(Link(href, None))
        else:
            self.bare.append(href)


def links_of(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


@dataclass
class Recount:
    """Every answer of the workspace in memory, counted by the words of an address."""

    places: Mapping[Any, Any]
    time_zone: str
    cells: Mapping[Any, list[Any]]

    @classmethod
    async def of(cls, world: World, database: Database) -> "Recount":
        own, touchpoints = world.shop.workspace.id, {t.id: t for t in world.touchpoints.values()}
        async with database.read() as session:
            asked = (await session.exec(select(Survey).where(Survey.workspace_id == own))).all()
            surveys = {survey.id: survey for survey in asked}
            lines = (await session.exec(select(Series).where(Series.workspace_id == own))).all()
            stages = (await session.exec(select(Stage).where(Stage.workspace_id == own))).all()
            journeys = {stage.id: stage.journey_id for stage in stages}
            every = select(Response).where(Response.workspace_id == own)
            answers = list((await session.exec(every)).all())
        places = {}
        for line in lines:
            survey = surveys[line.survey_id]
            place = touchpoints[survey.touchpoint_id]
            places[line.id] = line, survey, place, journeys[place.stage_id]
        cells: dict[Any, list[Any]] = {}
        for each in answers:
            cells.setdefault((each.series_id, each.channel, each.month, each.state), []).append(
                each
            )
        return cls(places, world.shop.workspace.time_zone, cells)

    def count(self, href: str) -> int:
        """How many answers the list of an address must hold."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
        assert asked.keys() <= OF_CELLS.keys() | OF_ANSWERS.keys() | {"wording"}, asked
        of_cells = {name: value for name, value in asked.items() if name in OF_CELLS}
        of_answers = {name: value for name, value in asked.items() if name in OF_ANSWERS}
        n = 0
        for cell, answers in self.cells.items():
            place = self.places[cell[0]]
            if not all(OF_CELLS[name](cell, place, value) for name, value in of_cells.items()):
                continue
            if "wording" in asked and asked["wording"] != self._wording(place, asked["until"]):
                continue
            fit = sum(
                all(OF_ANSWERS[name](each, place, value) for name, value in of_answers.items())
                for each in answers
            )
            n += fit if fit >= 5 or not place[1].is_anonymous else 0
        return n

    def _wording(self, place: Any, month: str) -> str:
        """Whether another wording of its survey had begun by then."""
        series = place[0]
        return next(
            (
                "replaced"
                for other, *_ in self.places.values()
                if (other.survey_id, other.metric) == (series.survey_id, series.metric)
                and other.number > series.number
                and month_at(other.opened_at, self.time_zone) <= month
            ),
            "current",
        )


OF_CELLS: dict[str, Callable[[Any, Any, str], bool]] = {
    "journey": lambda _, place, value: str(place[3]) == value,
    "stage": lambda _, place, value: str(place[2].stage_id) == value,
    "touchpoint": lambda _, place, value: str(place[2].id) == value,
    "survey": lambda _, place, value: str(place[1].id) == value,
    "series": lambda cell, _, value: str(cell[0]) in value.split(","),
    "metric": lambda _, place, value: place[0].metric == value,
    "channel": lambda cell, _, value: cell[1] == value,
    "since": lambda cell, _, value: f"{cell[2]:%Y-%m}" >= value,
    "until": lambda cell, _, value: f"{cell[2]:%Y-%m}" <= value,
    "state": lambda cell, _, value: cell[3] == value,
}
OF_ANSWERS: dict[str, Callable[[Any, Any, str], bool]] = {
    "band": lambda answer, place, value: answer.rating in getattr(METRICS[place[0].metric], value),
    "comment": lambda answer, _, value: answer.comment is not None,
    "property": lambda answer, _, value: (
        (answer.properties or {}).get(value.partition("=")[0]) == value.partition("=")[2]
    ),
}
