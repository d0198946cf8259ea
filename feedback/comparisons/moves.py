"""A line of monthly scores: how often it moved, and which of its moves were more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.changes.find import FALSE_ALARMS
from feedback.changes.moves import as_printed
from feedback.comparisons.words import signed
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import FEW_BELOW, Metric, changes_from, score, watch
from feedback.scoring.changes import SHORTEST
from feedback.scoring.months import months_between, shift
from feedback.scoring.sizes import SomeChange
from feedback.wording import PERCENT, month_name, write_score

Monthly = Mapping[str, Mapping[int, int]]  # month, YYYY-MM -> rating -> n


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month in the table; `verdict` better or worse where a change was named in it."""

    month: str
    answers: str
    score: str
    moved: str
    said: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Moves:
    """What is said of the line, in sentences and month by month, the newest last."""

    lead: str
    detail: tuple[str, ...]
    rows: tuple[MonthRow, ...]


def judge_moves(monthly: Monthly, metric: Metric, running: str) -> Moves:
    """monthly: the counts of each month with answers, at least one of them. running: the month
    that is not over, of which nothing is said, nor of later ones."""
    months = months_between(min(monthly), max(monthly))
    whole = [month for month in months if month < running]
    line = [monthly.get(month, {}) for month in whole]
    found = {each.signalled: each for each in watch({"": (metric, line)}).changes[""]}
    first = changes_from(line)
    moved = [_moved(monthly, month, metric) for month in months]
    n_moves = sum(bool(each) for each in moved[: len(whole)])
    held = _held_against(line, list(found.values()), first)
    rows = []
    for at, month in enumerate(months):
        change = found.get(at)
        said = (
            _("not over yet")
            if at >= len(whole)
            else _change(change, whole[change.began])
            if change
            else _quiet(sum(line[at].values()), at in held, bool(moved[at]))
        )
        verdict = "" if change is None else _verdict(change, metric)
        rows.append(_row(month, monthly.get(month, {}), metric, moved[at], said, verdict))
    answered = sum(bool(sum(counts.values())) for counts in line)
    lead = _lead(n_moves, answered, len(found), _early(whole, first))
    return Moves(lead, _explained(), tuple(rows))


def _held_against(
    line: Sequence[Mapping[int, int]], found: Sequence[SomeChange], first: int | None
) -> set[int]:
    """The months of which nothing can be named: the first baseline, and that after each change."""
    held = set(range(len(line) if first is None else first))
    for change in found:
        enough = [
            at for at in range(change.began, len(line)) if sum(line[at].values()) >= FEW_BELOW
        ]
        held.update(enough[:SHORTEST])
    return held


def _moved(monthly: Monthly, month: str, metric: Metric) -> str:
    """By how much the printed score differs from that of the month before; blank if it does not."""
    now, before = monthly.get(month, {}), monthly.get(shift(month, -1), {})
    if not sum(now.values()) or not sum(before.values()):
        return ""
    by = as_printed(score(now, metric), metric) - as_printed(score(before, metric), metric)
    return signed(by, metric) if by else ""


def _early(whole: list[str], first: int | None) -> str:
    """Why nothing can be named yet, blank if it can."""
    if first is None:
        return _(
            "None of them can be told from chance: that takes twelve months of 30 answers or more."
        )
    if first < len(whole):
        return ""
    month = month_name(shift(whole[0], first))
    return _(
        "From %(month)s on it can be told which are more than chance, if every month brings "
        "30 answers."
    ) % {"month": month}


def _lead(moves: int, months: int, real: int, early: str) -> str:
    words = {
        "moves": ngettext("%(n)s movement", "%(n)s movements", moves) % {"n": format_number(moves)},
        "months": ngettext("%(n)s month", "%(n)s months", months) % {"n": format_number(months)},
    }
    if early:
        text = _("Your tool showed %(moves)s in %(months)s.")
        return f"{text % words} {early}"
    if not real:
        return _("Your tool showed %(moves)s in %(months)s; none was more than chance.") % words
    text = ngettext(
        "Your tool showed %(moves)s in %(months)s; %(real)s was more than chance.",
        "Your tool showed %(moves)s in %(months)s; %(real)s were more than chance.",
        real,
    )
    return text % (words | {"real": format_number(real)})


def _explained() -> tuple[str, ...]:
    rate = format_number(100 * FALSE_ALARMS) + PERCENT[current_locale()]
    return (
        _(
            "A movement: a score is printed differently from the month before. It is more than "
            "chance when it strays further from the twelve months before than their answers and "
            "their own unrest explain, at once or over several months (a CUSUM); months below 30 "
            "answers are left out of that."
        ),
        _(
            "Nothing is said of the movements of the first twelve months, nor of those "
            "right after a change: the others are held against these."
        ),
        _("On a line where nothing happens, this is said wrongly in at most %(rate)s of years.")
        % {"rate": rate},
    )


def _change(change: SomeChange, began: str) -> str:
    text = (
        _("more than chance: up since %(month)s")
        if change.up
        else _("more than chance: down since %(month)s")
    )
    return text % {"month": month_name(began)}


def _verdict(change: SomeChange, metric: Metric) -> str:
    return "better" if change.up != metric.low_is_good else "worse"


def _quiet(n: int, is_baseline: bool, has_moved: bool) -> str:
    if not n:
        return _("no answers")
    if n < FEW_BELOW:
        return _("too few answers to tell")
    if is_baseline:
        return _("what later months are held against")
    return _("chance explains it") if has_moved else ""


def _row(
    month: str, counts: Mapping[int, int], metric: Metric, moved: str, said: str, verdict: str
) -> MonthRow:
    found = score(counts, metric)
    number = write_score(found, metric).number if found.n else "–"
    return MonthRow(month_name(month), format_number(found.n), number, moved or "–", said, verdict)
