"""Scores by how many people gave the answers, where it is known that some gave several."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from feedback.kept import OF_LINE
from feedback.memory import memory
from feedback.readings.journey import StageInfo, TouchpointInfo
from feedback.repeats.lines import MONTH
from feedback.repeats.read import KnownRepeats, OfLine
from feedback.scoring import Metric, Repeats, Score, repeats_of, with_people
from feedback.scoring.months import shift

PLACES = (("stage",), ("stage", "touchpoint"))  # what lines are kept by


def by_people(score: Score, repeats: Repeats | None, metric: Metric) -> Score:
    """The score with its people, where any of them repeated."""
    return score if repeats is None else with_people(score, metric, repeats)


def line_by_people(
    line: Mapping[str, Score], repeats: OfLine, metric: Metric
) -> Mapping[str, Score]:
    """The same line where nobody repeated; else the same object for the same two, while kept."""
    if not any(month in repeats for month in line):
        return line
    return memory.keep_of(
        "by people",
        (line, repeats, metric.key),
        lambda: {
            month: by_people(each, repeats.get(month), metric) for month, each in line.items()
        },
        lambda made: OF_LINE * len(made),
    )


def people_of(score: Score) -> int:
    """How many gave the answers; somebody unknown is somebody else."""
    return score.n if score.people is None else score.people


def widened(
    known: KnownRepeats, place_id: uuid.UUID, metric: Metric, since: str, months: Sequence[Score]
) -> list[float]:
    """How many times repeats widen each month of a place's line that begins in `since`: what
    `scoring.watch(repeats=...)` takes. A month depends on itself and on those before it."""
    of_line = known.of(place_id, metric.key, MONTH)
    repeats = {
        at: of_line[month] for at in range(len(months)) if (month := shift(since, at)) in of_line
    }
    return repeats_of(months, metric, repeats)


def place_ids(
    by: Sequence[str], placed: Iterable[tuple[StageInfo, TouchpointInfo, object]]
) -> dict[tuple[str, ...], str]:
    """By their names, the places of which repeats are kept, where no two have the same; none if
    answers are grouped by anything else."""
    if tuple(by) not in PLACES:
        return {}
    found: dict[tuple[str, ...], set[str]] = {}
    for stage, touchpoint, _ in placed:
        if len(by) == 1:
            found.setdefault((stage.name,), set()).add(str(stage.id))
        else:
            found.setdefault((stage.name, touchpoint.name), set()).add(str(touchpoint.id))
    return {names: min(ids) for names, ids in found.items() if len(ids) == 1}
