"""What a mapping must keep beyond its form: every name it uses exists, nothing is mixed."""

import codecs
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback.i18n import LOCALES
from feedback.imports.cells import said
from feedback.imports.mapping import MappingFile, RatingPart, RowsPart
from feedback.journeys.models import PLACES
from feedback.scoring import METRICS

_NAME_LENGTH = 120


def find_wrongs(mapping: MappingFile) -> Iterator[str]:
    """Each thing that is wrong with the mapping, in one sentence."""
    yield from _workspace(mapping)
    yield from _journey(mapping)
    yield from _layout(mapping.rows)
    if not mapping.ratings:
        yield "it names no [[ratings]]; each column of ratings needs one"
    for rating in mapping.ratings:
        yield from _rating(mapping, rating)
    yield from _mixed(mapping)
    yield from _overall(mapping)


def _workspace(mapping: MappingFile) -> Iterator[str]:
    workspace = mapping.workspace
    try:
        ZoneInfo(workspace.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield (
            f'workspace.time_zone "{workspace.time_zone}" is no time zone; '
            "write one such as America/Los_Angeles"
        )
    if workspace.language not in LOCALES:
        yield f'workspace.language "{workspace.language}" is not one of {", ".join(LOCALES)}'
    yield from _names([workspace.name], "workspace.name")


def _journey(mapping: MappingFile) -> Iterator[str]:
    journey = mapping.journey
    touchpoints = [point for stage in journey.stages for point in stage.touchpoints]
    yield from _names([journey.name], "journey.name")
    yield from _names([stage.name for stage in journey.stages], "stage")
    yield from _names([point.name for point in touchpoints], "touchpoint")
    if not journey.stages:
        yield "the journey has no [[journey.stages]]"
    for stage in journey.stages:
        if stage.headline is not None and stage.headline not in METRICS:
            yield f'stage "{stage.name}": {_no_metric(stage.headline)}'
    for point in touchpoints:
        if point.place not in PLACES:
            yield (
                f'touchpoint "{point.name}": place "{point.place}" is not one of '
                f"{', '.join(PLACES)}"
            )


def _layout(rows: RowsPart) -> Iterator[str]:
    """What the csv module and the codecs would refuse in words of their own."""
    if rows.separator is not None and (len(rows.separator) != 1 or rows.separator in '\r\n" '):
        yield f'rows.separator "{rows.separator}" is not one sign such as ";"; a tab is "\\t"'
    if rows.id is not None and rows.submission is not None:
        yield "rows.id and rows.submission both say what an answer is known by; leave one out"
    if rows.encoding is not None:
        try:
            known = codecs.lookup(rows.encoding)._is_text_encoding
        except LookupError:
            known = False
        if not known:
            yield f'rows.encoding "{rows.encoding}" is none; write one such as "utf-8" or "cp1252"'


def _names(names: list[str], what: str) -> Iterator[str]:
    for name, times in Counter(names).items():
        if not name.strip() or len(name) > _NAME_LENGTH:
            yield f'{what} "{name[:40]}": a name has 1 to {_NAME_LENGTH} characters'
        if times > 1:
            yield f'{what} "{name}" is named {times} times; each needs its own name'


def _rating(mapping: MappingFile, rating: RatingPart) -> Iterator[str]:
    where = f"[[ratings]] {rating.column}"
    stages = [stage.name for stage in mapping.journey.stages]
    if rating.stage is not None and rating.stage not in stages:
        yield f'{where}: there is no stage "{rating.stage}"; the stages are {", ".join(stages)}'
    if isinstance(rating.touchpoint, str):
        yield from _names([rating.touchpoint], f"{where}: touchpoint")
        if mapping.stage_of(rating.touchpoint) is None:
            yield (
                f'{where}: no stage lists the touchpoint "{rating.touchpoint}"; '
                "list it there or say stage = ..."
            )
    else:
        for name in rating.touchpoint.values.values():
            if mapping.stage_of(name) is None:
                yield f'{where}: no stage lists the touchpoint "{name}"'
    yield from _words(rating, where)
    keys = [rating.metric] if isinstance(rating.metric, str) else rating.metric.values.values()
    for key in keys:
        if key not in METRICS:
            yield f"{where}: {_no_metric(key)}"
        elif off := [n for n in rating.labels.values() if n not in METRICS[key].scale]:
            yield f"{where}: a label stands for {off[0]}, which is off the scale of {key}"


def _words(rating: RatingPart, where: str) -> Iterator[str]:
    """One word stands for one thing, in whatever case and with whatever apostrophe."""
    meant: dict[int | str | None, tuple[str, int]] = {}
    for label, value in rating.labels.items():
        first, known = meant.setdefault(said(label), (label, value))
        if known != value:
            yield f'{where}: the labels "{first}" and "{label}" are one, and stand for two ratings'
    for code in rating.missing:
        if said(code) in meant:
            yield f'{where}: "{code}" is a label and stands for no answer as well'


def _no_metric(key: str) -> str:
    return f'there is no metric "{key}"; the metrics are {", ".join(METRICS)}'


def _mixed(mapping: MappingFile) -> Iterator[str]:
    """Two columns must not run into one survey: they were two questions."""
    seen: dict[tuple[str, str, str | None], str] = {}
    for rating in mapping.ratings:
        if not isinstance(rating.touchpoint, str) or not isinstance(rating.metric, str):
            continue
        column = seen.setdefault((rating.touchpoint, rating.metric, rating.survey), rating.column)
        if column != rating.column:
            yield (
                f"[[ratings]] {column} and {rating.column} are two questions with one metric at "
                f'"{rating.touchpoint}"; give them two touchpoints, or each a survey = "name"'
            )


def _overall(mapping: MappingFile) -> Iterator[str]:
    """One survey of a journey asks about all of it."""
    marked = [rating for rating in mapping.ratings if rating.overall]
    for rating in marked:
        if not isinstance(rating.touchpoint, str) or not isinstance(rating.metric, str):
            yield (
                f"[[ratings]] {rating.column}: overall = true needs one touchpoint and one metric, "
                "not those that a column names"
            )
        if _survey(rating) != _survey(marked[0]):
            yield (
                f"[[ratings]] {marked[0].column} and {rating.column} both say overall = true; "
                "one question of a journey asks about all of it"
            )


def _survey(rating: RatingPart) -> tuple[object, ...]:
    return rating.touchpoint, rating.metric, rating.survey
