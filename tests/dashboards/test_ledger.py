"""What was said of a line stays said: months judged one by one, with what was known at the time."""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from feedback.changes.find import find_changes
from feedback.changes.judge import judge
from feedback.changes.ledger import EMPTY, Judged, Ledger, LineId
from feedback.changes.lines import every_line
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo
from feedback.scoring import METRICS, watch
from feedback.scoring.months import months_between, shift
from tests.dashboards.journeys import FALLEN, USUAL, Rows, journey, months, stage, touchpoint

FIRST, LAST = "2024-01", "2026-10"
ALL = months_between(FIRST, LAST)
Counts = Mapping[int, int]


def home_of(place: TouchpointInfo) -> uuid.UUID:
    """The id of its stage."""
    return uuid.uuid5(place.id, "stage")


@dataclass
class Shop:
    """Stages of one touchpoint each, whose answers may still come and go, and what was said."""

    places: list[TouchpointInfo] = field(default_factory=list)
    given: dict[str, dict[str, Counts]] = field(default_factory=dict)
    said: Ledger = EMPTY

    def opens(self, name: str, monthly: Sequence[Counts], first: str = FIRST) -> TouchpointInfo:
        self.places.append(touchpoint(name, "nps"))
        self.given[name] = {shift(first, at): counts for at, counts in enumerate(monthly)}
        return self.places[-1]

    @property
    def journey(self) -> JourneyInfo:
        return journey(*[StageInfo(home_of(each), each.name, None, None, False, (each,))
                         for each in self.places])  # fmt: skip

    def rows(self, until: str) -> Rows:
        rows = Rows()
        for place in self.places:
            for month, counts in self.given[place.name].items():
                if month <= until:
                    rows.add(place, month, counts)
        return rows

    def closes(self, month: str) -> None:
        """The job comes by after the month."""
        lines = every_line(self.journey, self.rows(month).rows, month, "UTC", self.said.lines)
        found = judge(lines, self.said, month, shift(month, 1))
        lines_now = {**self.said.lines, **found}
        self.said = Ledger(month, self.said.revision + 1, None, lines_now)

    def of(self, name: str) -> Judged:
        [place] = [each for each in self.places if each.name == name]
        return self.said.lines[LineId(place.id, "nps", "")]

    def signals(self, name: str) -> list[tuple[str, str, bool]]:
        try:
            line = self.of(name)
        except KeyError:  # it never had 30 answers yet
            return []
        return [(shift(line.since, s.signalled), shift(line.since, s.began), s.up)
                for s in line.signals]  # fmt: skip

    def told(self, until: str) -> tuple[dict[str, str], dict[str, str]]:
        """What the pages of a month say, by line: what changed, and what was taken back."""
        found = find_changes(
            self.journey, self.rows(until).rows, until, "UTC", self.said, shift(LAST, 1)
        )
        changed = {told.line.stage.name: told.change.began for told in found.changed if told.change}
        return changed, {each.line.stage.name: each.said.cause for each in found.taken_back}


def drawn(chance: random.Random, n: int, shares: tuple[float, float, float]) -> Counts:
    given = chance.choices((3, 8, 10), shares, k=n)
    return {rating: given.count(rating) for rating in (3, 8, 10)}


def restless(seed: int, names: Sequence[str]) -> Shop:
    chance, shop = random.Random(seed), Shop()
    for name in names:
        fallen_from = chance.randrange(8, 40)
        shop.opens(name, [
            drawn(chance, chance.choice([20, 29, 60, 200, 2000] if at % 9 == 0 else [80, 120]),
                  (0.2, 0.3, 0.5) if at < fallen_from else (0.35, 0.3, 0.35))
            for at in range(len(ALL))
        ])  # fmt: skip
    return shop


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_corrected_it_says_what_watch_says(seed: int) -> None:
    shop = restless(seed, "abcdef")
    for month in ALL:
        shop.closes(month)
    nps = METRICS["nps"]
    found = watch({name: (nps, list(of.values())) for name, of in shop.given.items()}, baseline=6)
    for name, changes in found.changes.items():
        expected = [(ALL[c.signalled], ALL[c.began], c.up) for c in changes]
        assert shop.signals(name) == expected
        assert [each.lines for each in shop.of(name).held] == found.lines_at
        assert [each.rho for each in shop.of(name).held] == found.rho_at
    assert any(found.changes.values())


def test_history_judged_at_once_is_history_judged_month_by_month() -> None:
    slowly, at_once = restless(1, "abcd"), restless(1, "abcd")
    for month in ALL:
        slowly.closes(month)
    at_once.closes(LAST)
    for name in "abcd":
        one, other = slowly.of(name), at_once.of(name)
        assert (one.signals, one.held, one.digests) == (other.signals, other.held, other.digests)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_imported_undone_or_left_out_lines_never_touched_say_what_they_said(
    seed: int,
) -> None:
    chance, names = random.Random(100 + seed), "abcdefgh"
    shop = restless(seed, names)
    untouched, touched = names[:4], list(names[4:])
    said: dict[str, list[tuple[str, str, bool]]] = {name: [] for name in untouched}
    undo: list[tuple[str, dict[str, Counts]]] = []
    for at, month in enumerate(ALL):
        act = chance.choice(["import", "undo", "exclude", "join", "nothing"])
        name = chance.choice(touched)
        old = {m: c for m, c in shop.given[name].items() if m < month}
        if act == "import" and old:
            undo.append((name, dict(shop.given[name])))
            for each in chance.sample(sorted(old), min(5, len(old))):
                shop.given[name][each] = {3: 90, **{k: v for k, v in old[each].items() if k > 3}}
        elif act == "undo" and undo:
            name, before = undo.pop()
            shop.given[name] |= before
        elif act == "exclude" and old:
            each = chance.choice(sorted(old))
            shop.given[name][each] = {10: 29}
        elif act == "join" and at > 12:
            touched.append(f"joined {month}")
            shop.opens(touched[-1], [drawn(chance, 300, (0.2, 0.3, 0.5)) for _ in ALL])
        shop.closes(month)
        for name in untouched:
            new = [each for each in shop.signals(name) if each[0] == month]
            said[name] += new
            assert shop.signals(name) == said[name], (month, act)
    again = shop.said
    shop.closes(LAST)
    assert shop.said.lines == again.lines
    # And whoever judges such a line anew, by what each month was held to, comes to the same.
    for name in untouched:
        alone = Shop([p for p in shop.places if p.name == name], {name: shop.given[name]})
        line = shop.of(name)
        alone.said = Ledger(LAST, 1, None, {})
        [found] = every_line(alone.journey, alone.rows(LAST).rows, LAST, "UTC", {})
        assert judge([found], shop.said, LAST, LAST)[found.id].signals == line.signals


def fallen(*, joined_later: int = 0) -> Shop:
    shop = Shop()
    for name in ("Pay", "Cart"):
        shop.opens(name, months((24, USUAL), (10, FALLEN if name == "Pay" else USUAL)))
    shop.closes(LAST)
    for at in range(joined_later):
        shop.opens(f"new {at}", months((24, FALLEN), (10, USUAL)))
    return shop


def test_twenty_lines_that_join_unsay_nothing_and_are_told_from_the_next_month_on() -> None:
    shop = fallen(joined_later=20)
    before = {month: fallen().told(month) for month in ALL[24:]}
    assert {month: shop.told(month) for month in before} == before  # before the job, and after
    shop.closes(LAST)
    assert {month: shop.told(month) for month in before} == before
    assert before[LAST] == ({"Pay": "2026-01"}, {})
    found = find_changes(shop.journey, shop.rows(LAST).rows, LAST, "UTC", shop.said)
    assert (found.series, len(found.joined), len(found.joined_changed)) == (2, 20, 20)
    later = shift(LAST, 1)
    for name in shop.given:
        shop.given[name][later] = USUAL
    shop.closes(later)
    changed, _ = shop.told(later)
    assert set(changed) == {"Pay"} | {f"new {at}" for at in range(20)}
    assert {month: shop.told(month) for month in before} == before


def test_a_stage_that_was_one_touchpoint_stays_told_as_it_was() -> None:
    shop = fallen()
    [told] = find_changes(shop.journey, shop.rows(LAST).rows, LAST, "UTC", shop.said).changed
    new = shop.opens("Pay later", months((34, USUAL)))
    pay, cart, _ = shop.places
    stages = (StageInfo(home_of(pay), "Pay", None, None, False, (pay, new)), stage("Cart", cart))
    rows = shop.rows(LAST).rows
    for said in (shop.said, _judged(journey(*stages), shop)):
        found = find_changes(journey(*stages), rows, LAST, "UTC", said)
        [again] = found.changed
        assert again.line.shown_at == told.line.shown_at == (None, pay)
        assert again.change == told.change
        assert {each.line.touchpoint for each in found.joined} == {None, new}


def _judged(shop_now: JourneyInfo, shop: Shop) -> Ledger:
    lines = every_line(shop_now, shop.rows(LAST).rows, LAST, "UTC", shop.said.lines)
    found = judge(lines, shop.said, LAST, shift(LAST, 1))
    return Ledger(LAST, 2, None, {**shop.said.lines, **found})


@pytest.mark.parametrize(
    "counts, cause", [({3: 40, 7: 60, 10: 100}, "added"), ({3: 10, 7: 15, 10: 25}, "left out")]
)
def test_a_change_lost_by_other_counts_is_taken_back_with_its_cause(
    counts: Counts, cause: str
) -> None:
    shop = fallen()
    was = dict(shop.given["Pay"])
    for month in ALL[24:]:
        shop.given["Pay"][month] = counts
    told = {month: shop.told(month) for month in ALL[24:]}
    shop.closes(LAST)
    assert {month: shop.told(month) for month in told} == told
    changed, taken = told[LAST]
    assert taken == {"Pay": cause} and changed == {}
    [back] = shop.of("Pay").taken_back
    assert (back.began, back.is_up, back.month) == ("2026-01", False, shift(LAST, 1))
    shop.given["Pay"] = was
    shop.closes(LAST)
    assert shop.told(LAST) == ({"Pay": "2026-01"}, {})


def test_another_past_of_one_line_leaves_the_others_as_they_were() -> None:
    shop = fallen()
    before = shop.of("Cart")
    for month in ALL[:12]:
        shop.given["Pay"][month] = {3: 500}
    shop.closes(LAST)
    assert shop.of("Cart") == before


def test_an_archived_touchpoint_is_watched_no_longer_and_what_was_said_of_it_stays() -> None:
    shop = fallen()
    told = {month: shop.told(month) for month in ALL[24:]}
    pay = replace(shop.places[0], is_archived=True)
    home = StageInfo(home_of(pay), "Pay", None, None, True, (pay,))
    other = stage("Cart", shop.places[1])
    shop_now = journey(home, other)
    rows = shop.rows(LAST).rows
    for month, (changed, _) in told.items():
        found = find_changes(shop_now, rows, month, "UTC", shop.said)
        names = {t.line.stage.name: t.change.began for t in found.changed if t.change}
        assert names == changed
    later = shift(LAST, 1)
    assert find_changes(shop_now, rows, later, "UTC", shop.said).changed == ()


@pytest.mark.parametrize(
    "monthly",
    [
        [USUAL], [USUAL] * 34, [{10: 1_000_000}] + [USUAL] * 33, [{3: 9, 10: 20}] * 34,
        [{10: 50}] * 34, [USUAL] * 20 + [{}] * 13 + [USUAL],
    ],
    ids=["one month", "all alike", "one enormous", "months of 29", "all agree", "a gap"],
)  # fmt: skip
def test_odd_lines_are_judged_and_say_nothing(monthly: list[Counts]) -> None:
    shop = Shop()
    shop.opens("Pay", monthly, first=shift(LAST, 1 - len(monthly)))
    for month in ALL[-len(monthly) :]:
        shop.closes(month)
    assert shop.told(LAST) == ({}, {})


def test_months_that_a_wrong_clock_closed_are_judged_when_they_come() -> None:
    shop, right = fallen(), fallen()
    shop.closes("2031-03")  # its answers are still to come
    shop.closes(LAST)
    later = months_between(shift(LAST, 1), shift(LAST, 12))
    for each in (shop, right):
        for month in later:
            for name in each.given:
                each.given[name][month] = FALLEN
            each.closes(month)
    assert shop.of("Cart").signals == right.of("Cart").signals != ()
    assert shop.of("Cart").held == right.of("Cart").held
