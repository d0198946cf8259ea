"""Judging a journey's lines: each month once, by what was known at its close.

`judge` takes the lines as they are counted now and what was said of them, and says what is to be
said. A month that was judged before is held to what it was held to then, so lines of which nothing
was corrected say what they said; a line with another past is judged anew from there on.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, takewhile

from feedback.changes.ledger import DIGEST, Judged, Ledger, LineId, TakenBack
from feedback.changes.lines import Scores, WatchedLine
from feedback.readings.people import widened
from feedback.repeats.lines import MONTH
from feedback.repeats.read import NOBODY, KnownRepeats
from feedback.scoring import FEW_BELOW, Held, watch_scores
from feedback.scoring.cusum import Signal
from feedback.scoring.months import month_number, shift
from feedback.scoring.watch import MOST

BASELINE = 6  # months with 30 answers, before a change can be named; renewed when there are 12


def judge(
    lines: Iterable[WatchedLine],
    said: Ledger,
    until: str,
    today: str,
    repeats: KnownRepeats = NOBODY,
) -> dict[LineId, Judged]:
    """What is said of the lines up to `until`, the last month that is over. today: the running one.
    repeats: of the people known to have answered several times.

    lines: every line, as `lines.every_line` gives them. Of more than 200 watched together those
    come first of which something was said.
    """
    known = said.lines
    kept = most_watched(lines, known)
    by_name = {str(at): line for at, line in enumerate(kept)}
    watched = watch_scores(
        {name: (line.metric, tuple(line.scores)) for name, line in by_name.items()},
        baseline=BASELINE,
        repeats={name: _times(line, known.get(line.id), repeats) for name, line in by_name.items()},
        held={
            name: _held_before(line, known[line.id])
            for name, line in by_name.items()
            if line.id in known
        },
        ended={
            name: months
            for name, line in by_name.items()
            if (months := month_number(until) - month_number(line.until))
        },
    )
    joined = shift(said.until, 1) if said.until else ""
    found = {}
    for name, line in by_name.items():
        before = known.get(line.id)
        now = Judged(
            since=line.since,
            joined=before.joined if before else joined,
            whole_until=_whole_until(line, before),
            digests=tuple(_digests(line.scores)),
            held=tuple(watched.held[name]),
            answers=line.scores.answers,
            signals=tuple(watched.signals[name]),
        )
        found[line.id] = _with_taken_back(now, before, today) if before else now
    return found


def most_watched(lines: Iterable[WatchedLine], known: Mapping[LineId, Judged]) -> list[WatchedLine]:
    """Of the lines watched together 200; those that are over were among them."""
    every = list(lines)
    now = [line for line in every if line.is_watched]
    first = {line.id for line in sorted(now, key=lambda line: line.id not in known)[:MOST]}
    return [line for line in every if line.id in first or line.id in known]


def _held_before(line: WatchedLine, before: Judged) -> list[Held | None]:
    """What each month of the line was held to; None where it was not judged, or had too few answers
    to be and now has enough."""
    by = month_number(line.since) - month_number(before.since)

    def held(at: int, now: int) -> Held | None:
        if not 0 <= at < len(before.held):
            return None
        return before.held[at] if before.answers[at] >= FEW_BELOW or now < FEW_BELOW else None

    return [held(by + at, n) for at, n in enumerate(line.scores.answers)]


def _times(line: WatchedLine, before: Judged | None, repeats: KnownRepeats) -> list[float]:
    """How many times repeats of one person widen each month: as it was known when the month was
    judged, for months of which no answers came or went since."""
    now = [1.0] * len(line.scores)
    if repeats.of(line.id.place, line.metric.key, MONTH):
        now = widened(repeats, line.id.place, line.metric, line.since, line.scores)
    if before is None or before.since != line.since:
        return now
    pairs = zip(_digests(line.scores), before.digests, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return [*(each.times for each in before.held[:same]), *now[same:]]


def _whole_until(line: WatchedLine, before: Judged | None) -> str:
    if line.twin:
        return line.until
    return before.whole_until if before else ""


def _digests(scores: Scores) -> Iterator[str]:
    so_far = blake2b(digest_size=DIGEST // 2)
    for counts in scores.counts:
        so_far.update(array("q", counts).tobytes())
        yield so_far.copy().hexdigest()


def digest_of(scores: Scores) -> str:
    """That of all these months: the last one of `_digests`."""
    numbers = array("q", chain.from_iterable(scores.counts))
    return blake2b(numbers.tobytes(), digest_size=DIGEST // 2).hexdigest()


def is_as_judged(line: WatchedLine, before: Judged | None) -> bool:
    """Whether the line, as far as it goes, is counted as it was when it was judged."""
    last = len(line.scores) - 1
    return (
        before is not None
        and before.since == line.since
        and last < len(before.digests)
        and before.digests[last] == digest_of(line.scores)
    )


def _with_taken_back(now: Judged, before: Judged, today: str) -> Judged:
    changed = _changed_from(now, before)
    lost = list(before.taken_back)
    if changed:
        cause = _cause(now, before, changed)
        lost += [
            TakenBack(*_months(each, before.since), each.up, today, cause, changed)
            for each in before.signals
        ]
    said = [(*_months(each, now.since), each.up) for each in now.signals]
    kept = tuple(each for each in lost if not any(_is_same(each, one) for one in said))
    return replace(now, taken_back=kept)


def _months(signal: Signal, since: str) -> tuple[str, str]:
    return shift(since, signal.signalled), shift(since, signal.began)


def _is_same(lost: TakenBack, said: tuple[str, str, bool]) -> bool:
    """Whether what was said is still said, if of other months: a change that way, at that time."""
    signalled, began, is_up = said
    return lost.is_up == is_up and began <= lost.signalled and lost.began <= signalled


def _changed_from(now: Judged, before: Judged) -> str:
    """The first month that is counted otherwise than it was judged; blank where none is."""
    if now.since != before.since:
        return min(now.since, before.since)
    pairs = zip(now.digests, before.digests, strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    return "" if at is None else shift(now.since, at)


def _cause(now: Judged, before: Judged, month: str) -> str:
    """By the answers of the month that changed first."""
    one, other = (_answers(each, month) for each in (now, before))
    if one == other:
        return "corrected"
    return "added" if one > other else "left out"


def _answers(line: Judged, month: str) -> int:
    at = month_number(month) - month_number(line.since)
    return line.answers[at] if 0 <= at < len(line.answers) else 0
