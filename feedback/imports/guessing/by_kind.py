"""Exports with several kinds of surveys in one file, a column that names the kind of each row."""

from collections import Counter
from dataclasses import dataclass

from feedback.imports.guessing.columns import Column
from feedback.offline.tables import Table
from feedback.offline.words import plain_number
from feedback.scoring import METRICS
from feedback.scoring.ratings import normalise

# What Delighted calls its kinds, and the metric of each by the highest score there may be.
_KINDS = {
    "nps": {10: "nps"},
    "enps": {10: "nps"},
    "csat": {5: "csat_5"},
    "ces": {5: "ces_ease_5", 7: "ces_ease_7"},
    "stars": {5: "csat_5"},
    "5-star": {5: "csat_5"},
    "stars_five": {5: "csat_5"},
    "smileys": {3: "csat_3", 5: "csat_5"},
}
_ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name as written, its scores, and its metric, or why none is plain."""

    name: str
    metric: str | None
    why: str
    scores: Counter[str]


@dataclass(frozen=True, slots=True)
class ByKind:
    """The kinds of a file: the column that names them, the column of scores."""

    by: Column
    rating: Column
    kinds: tuple[Kind, ...]


def guess_by_kind(table: Table, by: Column, rating: Column) -> ByKind:
    """The kinds that stand in the column `by`, each with its metric. Reads the file once more."""
    scores: dict[str, Counter[str]] = {}
    for row in table.rows(lambda line, wrong: None):
        kind, score = row.cells[by.place].strip(), row.cells[rating.place].strip()
        scores.setdefault(kind, Counter())[score] += 1
    return ByKind(by, rating, tuple(_kind(name, told) for name, told in scores.items()))


def _kind(name: str, scores: Counter[str]) -> Kind:
    numbers = Counter({normalise(plain_number(text)): n for text, n in scores.items() if text})
    whole = [number for number in numbers if isinstance(number, int)]
    by_top = _KINDS.get(name.casefold(), {})
    if not by_top:
        return Kind(name, None, "this kind is not known here", scores)
    if len(whole) < len(numbers) or not whole:
        return Kind(name, None, "its scores are not all whole numbers", scores)
    if len(by_top) > 1 and max(whole) not in by_top:
        return Kind(name, None, f"{' or '.join(by_top.values())}?", scores)
    if len(by_top) > 1 and max(whole) == min(by_top) and numbers.total() < _ENOUGH:
        return Kind(name, None, f"{' or '.join(by_top.values())}?", scores)
    metric = next(key for top, key in by_top.items() if len(by_top) == 1 or top == max(whole))
    if any(number not in METRICS[metric].scale for number in whole):
        return Kind(name, None, f"its scores are not all on the scale of {metric}", scores)
    if len(by_top) == 1 and max(whole) <= METRICS[metric].maximum // 2:
        return Kind(name, None, f"{metric}, though none is above {max(whole)}?", scores)
    return Kind(name, metric, "", scores)
