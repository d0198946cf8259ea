"""Which survey a rating belongs to: fixed by the mapping, or named by the row itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.imports.cells import Ratings
from feedback.imports.mapping import ByRow, MappingFile, RatingPart
from feedback.imports.report import Report
from feedback.imports.source import RowSource
from feedback.offline.headers import position
from feedback.offline.words import folded
from feedback.scoring import METRICS

MAX_NAME = 120
_REMEMBERED = 10_000

# Where to look, the place of its own comment, which survey, what its cells mean.
RatingColumn = tuple[int, int | None, int, Ratings]


@dataclass(frozen=True, slots=True)
class SurveySpec:
    """A survey that answers belong to, by names; the database may not know it yet."""

    touchpoint: str
    metric: str
    stage: str
    name: str | None = None
    question: tuple[tuple[str, str], ...] = ()


class Which:
    """The surveys of a mapping, met or made up by the rows, and where each row's ratings are."""

    def __init__(self, mapping: MappingFile, source: RowSource) -> None:
        self._mapping = mapping
        self.surveys: list[SurveySpec] = []
        self._numbers: dict[SurveySpec, int] = {}
        rules = [_Rule(part, mapping, source) for part in mapping.ratings]
        self._fixed = [
            self._place(rule, rule.touchpoint, rule.metric)
            for rule in rules
            if not rule.when and isinstance(rule.touchpoint, str) and isinstance(rule.metric, str)
        ]
        self._by_row = [rule for rule in rules if rule.when or rule.is_named_by_row]
        self._met: dict[tuple[int, str, str], RatingColumn | str] = {}

    @property
    def everywhere(self) -> Sequence[RatingColumn]:
        """Where the ratings of each row are; none if rows differ."""
        return () if self._by_row else self._fixed

    def of(self, line: int, cells: list[str], report: Report) -> Sequence[RatingColumn]:
        """Where this row's ratings are; a row that names something unknown is reported."""
        if not self._by_row:
            return self._fixed
        found = [*self._fixed, *self._named(line, cells, report)]
        if not found and not any(rule.fits(cells) for rule in self._by_row):
            columns = sorted({name for rule in self._by_row for name, _, _ in rule.when})
            said = ", ".join(columns)
            report.add(line, f"no [[ratings]] is for this row; they look at {said}")
        return found

    def _named(self, line: int, cells: list[str], report: Report) -> Iterator[RatingColumn]:
        for number, rule in enumerate(self._by_row):
            if not rule.fits(cells):
                continue
            touchpoint, metric = rule.said(rule.touchpoint, cells), rule.said(rule.metric, cells)
            key = (number, touchpoint, metric)
            place = self._met.get(key)
            if place is None:
                if len(self._met) >= _REMEMBERED:
                    self._met.clear()
                place = self._met[key] = self._look_up(rule, touchpoint, metric)
            if isinstance(place, str):
                report.add(line, place)
            else:
                yield place

    def _look_up(self, rule: "_Rule", touchpoint: str, metric: str) -> RatingColumn | str:
        if not self._stage(rule, touchpoint) or not 0 < len(touchpoint) <= MAX_NAME:
            return f'{_column(rule.touchpoint)} "{touchpoint[:60]}" is no touchpoint of the mapping'
        if metric not in METRICS:
            return f'{_column(rule.metric)} "{metric[:60]}" is no metric of the mapping'
        if any(rating not in METRICS[metric].scale for rating in rule.part.labels.values()):
            return f"the labels of {rule.part.column} do not fit the scale of {metric}"
        return self._place(rule, touchpoint, metric)

    def _place(self, rule: "_Rule", touchpoint: str | ByRow, metric: str | ByRow) -> RatingColumn:
        assert isinstance(touchpoint, str) and isinstance(metric, str)
        stage = self._stage(rule, touchpoint)
        spec = SurveySpec(touchpoint, metric, stage, rule.part.survey, rule.question)
        number = self._numbers.setdefault(spec, len(self.surveys))
        if number == len(self.surveys):
            self.surveys.append(spec)
        return rule.position, rule.comment, number, Ratings(rule.part, METRICS[metric])

    def _stage(self, rule: "_Rule", touchpoint: str) -> str:
        return self._mapping.stage_of(touchpoint) or rule.part.stage or ""


class _Rule:
    """One [[ratings]] entry with its columns found."""

    def __init__(self, part: RatingPart, mapping: MappingFile, source: RowSource) -> None:
        self.part = part
        self.position = position(source.columns, part.column)
        self.comment = None if part.comment is None else position(source.columns, part.comment)
        self.touchpoint, self.metric = part.touchpoint, part.metric
        self.when = [
            (name, position(source.columns, name), _accepted(values))
            for name, values in part.when.items()
        ]
        self._columns = {
            by.column: position(source.columns, by.column)
            for by in (part.touchpoint, part.metric)
            if isinstance(by, ByRow)
        }
        self._words = {
            id(by): {folded(word): meant for word, meant in by.values.items()}
            for by in (part.touchpoint, part.metric)
            if isinstance(by, ByRow)
        }
        said = part.question
        if isinstance(said, str):
            said = {mapping.workspace.language: said}
        self.question = tuple(sorted((said or {}).items()))

    @property
    def is_named_by_row(self) -> bool:
        return bool(self._columns)

    def fits(self, cells: list[str]) -> bool:
        return all(folded(cells[place]) in accepted for _, place, accepted in self.when)

    def said(self, by: str | ByRow, cells: list[str]) -> str:
        if isinstance(by, str):
            return by
        word = cells[self._columns[by.column]].strip()
        known = by.values.get(word)
        return self._words[id(by)].get(folded(word), word) if known is None else known


def _accepted(values: int | str | tuple[int | str, ...]) -> frozenset[str]:
    listed = values if isinstance(values, tuple) else (values,)
    return frozenset(folded(str(value)) for value in listed)


def _column(by: str | ByRow) -> str:
    return by.column if isinstance(by, ByRow) else "the touchpoint"
