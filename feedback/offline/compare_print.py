"""A comparison of two files as JSON, CSV or text: what `feedback compare` prints."""

from dataclasses import replace
from typing import Any

from feedback.offline.compare import Compared
from feedback.offline.score_print import flat_row, rows_table
from feedback.offline.text import fixed, signed
from feedback.rows import csv_text, json_text
from feedback.scoring import HIDDEN_BELOW, Metric, ScoreRow

_UNITS = {"net": " points", "top": " percentage points", "mean": ""}
_METHODS = {
    "adjusted_wald": "adjusted Wald",
    "newcombe": "Newcombe's interval, chi-square",
    "welch": "Welch's t",
    "weighted_wald": "weighted scores, Wald",
    "weighted_welch": "weighted means, Welch's t",
}
_LIKELY = 0.05


def comparison_json(found: Compared) -> str:
    """The JSON object of a comparison, its numbers unrounded."""
    return json_text(found.as_dict())


def comparison_csv(metric: Metric, found: Compared) -> str:
    """The same in one line: the columns of `feedback score` for a (a_n, ...) and b, then the
    difference."""
    sides = {**_columns("a", metric, found.a), **_columns("b", metric, found.b)}
    rest = {name: value for name, value in found.as_dict().items() if name not in ("a", "b")}
    return csv_text([*sides, *rest], [[*sides.values(), *rest.values()]])


def comparison_table(metric: Metric, names: tuple[str, str], found: Compared) -> str:
    """For a reader: both scores, the difference with its interval, and what chance may do."""
    rows = [
        replace(row, group={"file": name})
        for row, name in zip((found.a, found.b), names, strict=True)
    ]
    return rows_table(metric, ["file"], rows) + "\n" + "\n".join(_said(metric, found)) + "\n"


def _columns(side: str, metric: Metric, row: ScoreRow) -> dict[str, Any]:
    return {f"{side}_{name}": cell for name, cell in flat_row(row, metric).items()}


def _said(metric: Metric, found: Compared) -> list[str]:
    if found.observed is None or _hidden(found.a) or _hidden(found.b):
        return ["Fewer than 5 answers on a side: no difference is shown."]
    lines = [f"First less second: {_signed(found.observed, metric)}{_UNITS[metric.headline]}"]
    test = found.found
    if test is None or test.p_value is None or test.low is None or test.high is None:
        return [*lines, "The answers of each side are all alike: there is no test for that."]
    interval = f"{_signed(test.low, metric)} .. {_signed(test.high, metric)}"
    lines.append(f"95 % interval: {interval} ({_METHODS[found.method]})")
    is_clear = not test.low <= 0 <= test.high
    said = "Chance alone would rarely give this much" if is_clear else "Chance alone may explain it"
    # Of shares the test and the interval are two methods: close to 0.05 p may say otherwise.
    agrees = (test.p_value < _LIKELY) == is_clear
    return [*lines, f"{said} (p {_p(test.p_value)})." if agrees else f"{said}."]


def _hidden(row: ScoreRow) -> bool:
    """As in the table above it."""
    alone = row.weighted is not None and row.weighted.effective_n < HIDDEN_BELOW
    return alone or row.score.display == "hidden"


def _p(p_value: float) -> str:
    return "below 0.001" if p_value < 0.001 else fixed(p_value, 3)


def _signed(number: float, metric: Metric) -> str:
    return signed(number, 2 if metric.headline == "mean" else 1)
