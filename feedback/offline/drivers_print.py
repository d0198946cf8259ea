"""Key drivers as JSON, CSV or text: what `feedback drivers` prints."""

from dataclasses import asdict

from feedback.offline.drivers import FileDrivers
from feedback.offline.text import aligned, fixed, left_out
from feedback.rows import csv_text, json_text
from feedback.scoring import DriverRow, Drivers, respondents_needed

_METHODS = {"lmg": "LMG (Shapley regression)", "johnson": "Johnson's relative weights"}
_RULES = {
    "complete": "who rated everything (complete cases)",
    "pairwise": "in the smallest pair (pairwise correlations)",
}
_HEAD = ("driver", "share", "95 % interval", "LMG", "Johnson", "correlation", "mean", "left out")


def drivers_json(told: FileDrivers) -> str:
    """The JSON object, its numbers unrounded."""
    return json_text(told.as_dict())


def drivers_csv(told: FileDrivers) -> str:
    """One line a driver, unrounded, each with the n, R^2, method and rule of the whole."""
    found = told.found
    whole = {
        "n": found.n,
        "r_squared": found.r_squared,
        "method": found.method,
        "missing": found.missing,
        "seed": found.seed,
        "resamples": found.resamples,
    }
    head = [*asdict(found.rows[0]), "missing_cells", "invalid_cells", *whole]
    rows = []
    for row in found.rows:
        cells = told.cells[row.driver]
        rows.append([*asdict(row).values(), cells.missing, cells.invalid, *whole.values()])
    return csv_text(head, rows)


def drivers_table(told: FileDrivers) -> str:
    """For a reader: the largest share first, rounded once, and everything to be wary of."""
    found = told.found
    rows = sorted(found.rows, key=lambda row: -row.share)
    lines = [[*_line(row, hidden=found.too_few > 0), _left_out(told, row.driver)] for row in rows]
    table = aligned([list(_HEAD), *lines], numbers=range(1, 7))
    return "\n".join([*_title(told), "", *table, "", *_notes(found)]) + "\n"


def _title(told: FileDrivers) -> list[str]:
    found = told.found
    explained = fixed(100 * found.r_squared, 1)
    left_out = _left_out(told, told.outcome)
    return [
        f"{told.outcome}: {explained} % of its variance is linked with these drivers "
        f"(R² {fixed(found.r_squared, 3)}), {_METHODS[found.method]}",
        f"n {found.n} {_RULES[found.missing or 'complete']}, of {found.respondents} rows"
        + (f"; {told.outcome}: {left_out}" if left_out != "-" else ""),
    ]


def _line(row: DriverRow, *, hidden: bool) -> list[str]:
    mean = "-" if row.mean is None else fixed(row.mean, 2)
    if hidden:
        return [row.driver, *["-"] * 5, mean]
    sure = "-"
    if row.share_low is not None and row.share_high is not None:
        sure = f"{fixed(100 * row.share_low, 1)} .. {fixed(100 * row.share_high, 1)}"
    return [
        row.driver,
        f"{fixed(100 * row.share, 1)} %",
        sure,
        "-" if row.lmg is None else fixed(row.lmg, 3),
        fixed(row.johnson, 3),
        fixed(row.correlation, 2),
        mean,
    ]


def _left_out(told: FileDrivers, column: str) -> str:
    cells = told.cells[column]
    return left_out(cells.missing, cells.invalid)


def _notes(found: Drivers) -> list[str]:
    notes = ["Linked with, not caused by: people who are content rate everything higher."]
    if found.too_few:
        needed = respondents_needed(len(found.rows))
        notes.append(
            f"Too few respondents: {needed} are needed for {len(found.rows)} drivers, "
            f"{found.too_few} are missing. No share is shown."
        )
    elif found.few:
        notes.append("Fewer than 300 respondents: read the shares with care.")
    if found.low_r_squared:
        notes.append("R² is below 0.10: these drivers say little about the outcome.")
    notes += [
        f"{twins.first} and {twins.second} say nearly the same (correlation "
        f"{fixed(twins.correlation, 2)}): merge them, or drop one."
        for twins in found.near_twins
    ]
    return notes + ([] if found.too_few else _certainty(found))


def _certainty(found: Drivers) -> list[str]:
    if not found.resamples:
        return ["No intervals: too many resamples could not be analysed."]
    differing = [pair for pair in found.pairs if pair.differs]
    larger = [
        f"{pair.first} > {pair.second}" if pair.low > 0 else f"{pair.second} > {pair.first}"
        for pair in differing
    ]
    return [
        f"Shares that truly differ: {', '.join(larger) or 'none'}.",
        f"Intervals from {found.resamples} resamples of the respondents, seed {found.seed}.",
    ]
