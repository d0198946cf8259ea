"""A shop to which all has happened that a number may leave out, and every answer that it got.

Two years to March 2026: a question that was worded anew, a metric of old, an archived touchpoint
and an archived survey, an anonymous one with groups of all sizes, two journeys, four channels,
late answers, tests, answers in quarantine and answers that were taken out, a fall in November.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from feedback.calendar.models import Action
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.responses.ingest import id_at
from feedback.responses.models import DisplayCount, Response
from feedback.responses.rollup import rebuild
from feedback.scoring.months import first_day, months_between, shift
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.overall import COUNTED_MOST
from feedback.versions import note_counts
from tests.cast import OPENED, TEXTS, Shop

MONTHS = months_between("2024-04", "2026-03")
FALL, SEAM = "2025-11", datetime(2025, 9, 10, tzinfo=UTC)
PLANS = ("pro", "basic", "a=b & c", None)
HAPPY = {"nps": (0, 6, 7, 8, 9, 9, 10, 10, 10, 10), "csat_5": (1, 2, 3, 4, 4, 5, 5, 5)}
SAD = {"nps": (0, 1, 3, 6, 6, 7, 8, 9), "csat_5": (1, 1, 2, 3, 4)}


@dataclass
class World:
    """The shop, and what was asked where beside its own two surveys.

    is_young: it is so of a shop whose first answer came less than 30 days ago.
    """

    shop: Shop
    database: Database
    is_young: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(16))
    rows: list[dict[str, Any]] = field(default_factory=list)
    series: dict[str, Series] = field(default_factory=dict)
    touchpoints: dict[str, Touchpoint] = field(default_factory=dict)
    actions: list[uuid.UUID] = field(default_factory=list)
    people: list[bytes] = field(default_factory=lambda: [uuid.uuid4().bytes for _ in range(150)])

    store: Journey = field(init=False)

    @property
    def months(self) -> Sequence[str]:
        return MONTHS[-2:] if self.is_young else MONTHS

    @property
    def seam(self) -> datetime:
        return datetime(2026, 3, 4, tzinfo=UTC) if self.is_young else SEAM

    @property
    def at(self) -> dict[str, Any]:
        return {"workspace_id": self.shop.workspace.id}

    async def build(self) -> None:
        async with self.database.write() as session:
            for row in self._places():
                session.add(row)
                await session.flush()
            self._answers()
            await (await session.connection()).execute(sa.insert(Response), self.rows)
            await rebuild(session, self.shop.workspace.id)
            session.add_all(self._displays())
            await note_counts(session, self.shop.workspace.id)

    # What is asked, and where.

    def _places(self) -> Iterator[Any]:
        shop = self.shop
        store = Journey(**self.at, id=new_id(), name="Store", position=1, created_at=OPENED)
        till = Stage(**self.at, id=new_id(), journey_id=store.id, name="Till")
        self.store = store
        yield from (store, till)
        for name, stage, archived in (
            ("Cart", shop.checkout, False),
            ("Fax", shop.care, True),
            ("Booth", shop.care, False),
            ("Whole", shop.care, False),
            ("Queue", till, False),
        ):
            point = Touchpoint(
                **self.at, id=new_id(), stage_id=stage.id, name=name, position=len(name),
                archived_at=OPENED if archived else None,
            )  # fmt: skip
            self.touchpoints[name] = point
            yield point
        self.touchpoints |= {"Payment": shop.payment, "Delivery": shop.delivery}
        self.series |= {"payment": shop.nps_series, "delivery": shop.csat_series}
        for key, place, metric, more in (
            ("cart", "Cart", "nps", {}),
            ("satisfied", "Payment", "csat_5", {}),
            ("fax", "Fax", "csat_5", {}),
            ("booth", "Booth", "csat_5", {"is_anonymous": True}),
            ("old", "Delivery", "csat_5", {"archived_at": OPENED}),
            ("whole", "Whole", "nps", {"is_overall": True}),
            ("queue", "Queue", "csat_5", {}),
        ):
            yield from self._survey(key, self.touchpoints[place], metric, **more)
        yield from self._reworded()
        yield from self._done()

    def _survey(self, key: str, place: Touchpoint, metric: str, **more: Any) -> Iterator[Any]:
        question = Question(**self.at, id=new_id(), metric=metric, texts=TEXTS)
        yield question
        survey = Survey(
            **self.at, id=new_id(), touchpoint_id=place.id, question_id=question.id,
            key=f"{key}-{uuid.uuid4().hex[:8]}", name=key, state="live", created_at=OPENED,
            published_at=OPENED, **more,
        )  # fmt: skip
        yield survey
        self.series[key] = Series(
            **self.at, id=new_id(), survey_id=survey.id, metric=metric, texts=TEXTS,
            opened_at=OPENED,
        )  # fmt: skip
        yield self.series[key]

    def _reworded(self) -> Iterator[Series]:
        for key in ("cart", "booth"):
            first = self.series[key]
            self.series[f"{key} anew"] = Series(
                **self.at, id=new_id(), survey_id=first.survey_id, metric=first.metric, number=2,
                texts=TEXTS, opened_at=self.seam,
            )  # fmt: skip
            yield self.series[f"{key} anew"]

    def _done(self) -> Iterator[Action]:
        shop = self.shop
        done: list[tuple[str, date, dict[str, Any]]] = [
            ("A faster till", date(2025, 8, 12), {"touchpoint_id": shop.payment.id}),
            ("A cart that keeps", date(2025, 9, 20), {"stage_id": shop.checkout.id}),
            ("Care for all", date(2025, 10, 2), {}),
            ("Parcels at noon", date(2025, 6, 2), {"touchpoint_id": shop.delivery.id}),
        ]
        for title, day, place in done:
            action = Action(
                **self.at, id=new_id(), journey_id=shop.journey.id, kind="action", title=title,
                done_on=day, done_by="Ann", author_id=shop.alice.id, created_at=OPENED, **place,
            )  # fmt: skip
            self.actions.append(action.id)
            yield action

    # What was answered.

    def _answers(self) -> None:
        for key, n in (
            ("payment", 60), ("delivery", 45), ("cart", 40), ("cart anew", 40), ("satisfied", 7),
            ("fax", 6), ("old", 5), ("whole", 35), ("queue", 33),
        ):  # fmt: skip
            for month in self._asked(key):
                for _ in range(n + self.chance.randrange(6)):
                    self._answer(key, month)
        for key in ("booth", "booth anew"):  # cells of all sizes
            for month in self._asked(key):
                for channel in ("widget", "kiosk"):
                    for _ in range(self.chance.choice((0, 1, 3, 4, 5, 6, 9, 14))):
                        self._answer(key, month, channel=channel, respondent_key=None)
        began = f"{self.seam:%Y-%m}"
        for month in (began, shift(began, 1), shift(began, 3)):  # late answers to the former words
            for _ in range(9 if month in self.months else 0):
                self._answer("cart", month, channel="email")

    def _asked(self, key: str) -> Sequence[str]:
        if key.endswith("anew"):
            return [month for month in self.months if month >= f"{self.seam:%Y-%m}"]
        if f"{key} anew" in self.series:
            return [month for month in self.months if month <= f"{self.seam:%Y-%m}"]
        quiet = ("2025-06",) if key == "delivery" else ()
        return [month for month in self.months if month not in quiet]

    def _answer(self, key: str, month: str, **more: Any) -> None:
        chance, series = self.chance, self.series[key]
        begin = datetime.combine(first_day(month), datetime.min.time(), UTC)
        days = (18, 27) if self.is_young and month == "2026-02" else (1, 14)
        moment = begin + timedelta(days=chance.randrange(*days), seconds=chance.randrange(80_000))
        ratings = (SAD if key == "payment" and month >= FALL else HAPPY)[series.metric]
        is_known, plan = chance.random() < 0.7, chance.choice(PLANS)
        named = [str(self.touchpoints[name].id) for name in ("Payment", "Cart", "Delivery")]
        self.rows.append(
            Response(
                **self.at, id=id_at(moment), series_id=series.id, rating=chance.choice(ratings),
                answered_at=moment, received_at=moment + timedelta(days=chance.choice((0, 0, 6))),
                month=first_day(month),
                **{
                    "channel": chance.choice(("widget", "widget", "email", "api", "page")),
                    "properties": {"plan": plan} if plan else None,
                    "comment": chance.choice((None, None, f"said {moment}")),
                    "respondent_key": chance.choice(self.people) if is_known else None,
                    "answers": {COUNTED_MOST: [chance.choice(named)]} if key == "whole" else None,
                    "locale": chance.choice(("fr", "en")),
                    "state": chance.choices(
                        ("counted", "excluded", "test", "quarantined", "unconfirmed"),
                        (95, 2, 1, 1, 1),
                    )[0],
                    **more,
                },
            ).model_dump()
        )  # fmt: skip

    def _displays(self) -> Iterator[DisplayCount]:
        """The widget asks always, mail from 2025 on; what calls the API asks nobody."""
        for key in ("payment", "delivery", "cart", "cart anew"):
            for month in self._asked(key):
                for channel, kind in (("widget", "shown"), ("email", "invited"), ("page", "shown")):
                    if month >= "2025-01" or channel == "widget":
                        yield DisplayCount(
                            **self.at, series_id=self.series[key].id, channel=channel,
                            month=first_day(month), kind=kind, n=150,
                        )  # fmt: skip
