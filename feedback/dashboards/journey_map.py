"""A journey as dashboards see it: stages in order, touchpoints under them, what was asked where."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One unbroken line of comparable answers."""

    id: uuid.UUID
    survey_id: uuid.UUID
    number: int
    metric: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class TouchpointInfo:
    """One touchpoint with every series ever asked there, oldest first."""

    id: uuid.UUID
    name: str
    target: float | None
    is_archived: bool
    series: tuple[SeriesInfo, ...]

    @property
    def metrics(self) -> list[str]:
        """What was asked here, the newest first."""
        newest = sorted(self.series, key=lambda series: series.opened_at, reverse=True)
        return list(dict.fromkeys(series.metric for series in newest))


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage with its touchpoints in order."""

    id: uuid.UUID
    name: str
    headline_metric: str | None
    target: float | None
    is_archived: bool
    touchpoints: tuple[TouchpointInfo, ...]

    @property
    def metrics(self) -> list[str]:
        """What is asked in this stage, the most touchpoints first."""
        asked = [metric for touchpoint in self.touchpoints for metric in touchpoint.metrics]
        return sorted(dict.fromkeys(asked), key=asked.count, reverse=True)

    @property
    def headline(self) -> str | None:
        """The metric the stage is read by: the chosen one, else the one most touchpoints ask."""
        if self.headline_metric:
            return self.headline_metric
        return self.metrics[0] if self.metrics else None


@dataclass(frozen=True)
class JourneyInfo:
    """One journey, whole."""

    id: uuid.UUID
    name: str
    stages: tuple[StageInfo, ...]

    @cached_property
    def placed_series(self) -> tuple[tuple[StageInfo, TouchpointInfo, SeriesInfo], ...]:
        """Every series with where it stands, in the order of the journey."""
        return tuple(self._walk())

    def _walk(self) -> Iterator[tuple[StageInfo, TouchpointInfo, SeriesInfo]]:
        for stage in self.stages:
            for touchpoint in stage.touchpoints:
                for series in touchpoint.series:
                    yield stage, touchpoint, series

    @property
    def touchpoints(self) -> list[TouchpointInfo]:
        return [t for stage in self.stages for t in stage.touchpoints if not t.is_archived]

    @property
    def metrics(self) -> list[str]:
        """Every metric asked on this journey, the headline of most stages first."""
        asked = [stage.headline for stage in self.stages if stage.headline]
        asked += [metric for stage in self.stages for metric in stage.metrics]
        return sorted(dict.fromkeys(asked), key=asked.count, reverse=True)
