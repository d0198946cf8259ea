"""The answers by which a change is told, over all channels, as changes are watched."""

from feedback.changes.find import Told
from feedback.changes.lines import WatchedLine
from feedback.readings.answers import Answers, answers_at
from feedback.readings.journey import Spot


def change_answers(told: Told | None) -> Answers | None:
    """Those of the months that the change is shown by; None where there is none."""
    if told is None or told.change is None:
        return None
    change, line = told.change, told.line
    return answers_at(
        Spot(line.stage, line.touchpoint),
        change.after,
        change.now.n,
        metric=line.metric.key,
        apart=_is_worded_anew(line),
    )


def _is_worded_anew(line: WatchedLine) -> int:
    """What a line that began at a seam replaced may still have got answers since."""
    return 1 if line.seam else 0
