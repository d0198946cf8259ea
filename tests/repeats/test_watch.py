"""Months are judged by people: what was known of them then stands, whatever is counted later."""

from feedback.changes.find import find_changes
from feedback.changes.judge import judge
from feedback.changes.ledger import EMPTY, Ledger
from feedback.changes.lines import every_line
from feedback.repeats.lines import MONTH
from feedback.repeats.read import NOBODY, KnownRepeats
from feedback.scoring import Repeats, repeats_by
from feedback.scoring.months import shift
from tests.dashboards.journeys import Rows, journey, stage, touchpoint

FIRST, MONTHS = "2024-01", 24
UNTIL = shift(FIRST, MONTHS - 1)
USUAL, FALLEN = {3: 20, 8: 30, 10: 50}, {3: 40, 8: 30, 10: 30}
PAY = touchpoint("Pay", "nps")
SHOP = journey(stage("Checkout", PAY))
ROWS = Rows().add(PAY, FIRST, *[USUAL] * 18, *[FALLEN] * 6).rows
# Ten people, who answer ten times each month and always alike.
OF_TEN = sum(
    [repeats_by(10, 10, 10)] * 5 + [repeats_by(10, 0, 0)] * 3 + [repeats_by(10, -10, 10)] * 2,
    Repeats(),
)


def known(*, until: int = MONTHS) -> KnownRepeats:
    months = {shift(FIRST, at): OF_TEN for at in range(until)}
    return KnownRepeats({(str(PAY.id), "nps", MONTH): months})


def said(repeats: KnownRepeats, before: Ledger = EMPTY) -> Ledger:
    lines = every_line(SHOP, ROWS, UNTIL, "UTC", before.lines)
    found = judge(lines, before, UNTIL, shift(UNTIL, 1), repeats)
    return Ledger(UNTIL, before.revision + 1, None, found)


def test_a_fall_among_ten_people_is_none() -> None:
    [alone], [of_ten] = (said(each).lines.values() for each in (NOBODY, known()))
    assert [each.signalled for each in alone.signals] and not of_ten.signals
    assert alone.held[-1].times == 1 and of_ten.held[-1].times > 5
    assert not find_changes(SHOP, ROWS, UNTIL, "UTC", repeats=known()).changed


def test_what_was_said_stands_though_people_are_known_otherwise_since() -> None:
    first = said(NOBODY)
    assert said(known(), first).lines == first.lines
    by_people = said(known())
    assert said(NOBODY, by_people).lines == by_people.lines


def test_a_month_into_which_answers_came_is_judged_by_its_people_of_now() -> None:
    first = said(NOBODY)
    at = 20
    more = [each for each in ROWS if str(each.month)[:7] != shift(FIRST, at)]
    more += Rows().add(PAY, shift(FIRST, at), {3: 80, 8: 60, 10: 60}).rows
    lines = every_line(SHOP, more, UNTIL, "UTC", first.lines)
    [line] = judge(lines, first, UNTIL, shift(UNTIL, 1), known()).values()
    assert [each.times for each in line.held[:at]] == [1] * at
    assert all(each.times > 2 for each in line.held[at:])
