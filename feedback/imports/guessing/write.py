"""The guess as a mapping file: comments tell what is there, a ? stands where nobody can know."""

import json
import re
from collections.abc import Iterator

from feedback.imports.guessing.columns import Column
from feedback.imports.guessing.guess import Guess, counted
from feedback.imports.guessing.ratings import RatingGuess
from feedback.imports.mapping import RowsPart
from feedback.imports.zones import zone_in_header

_MOST_COLUMNS, _MOST_VALUES = 200, 12
_LONGEST = 120
_UNDATED = "1980-01-01"
_LEFT = '"?"'
# Columns that tell who somebody is are neither listed nor proposed.
_PRIVATE = re.compile(r"name|mail|phone|\bip\b|ipaddress|address|requester|subject|token", re.I)


def write_mapping(guess: Guess) -> str:
    """The text of the mapping file."""
    parts = (_head, _columns, _workspace, _rows, _journey, _ratings)
    return "\n".join(line for part in parts for line in part(guess)) + "\n"


def _head(guess: Guess) -> Iterator[str]:
    kind = f"an export of {guess.export.name}" if guess.export else "not an export that is known"
    layout = guess.table.layout
    told = [layout.kind, layout.encoding, layout.separator and f"separator {layout.separator!r}"]
    yield _comment(f"{guess.file_name}: {kind}; {guess.rows} rows; " + _joined(told))
    if guess.ragged:
        yield f"# {guess.ragged} rows have not as many cells as the header; an import names them."
    yield "# A guess. Put what is so where a ? stands: until then it is refused. Then look with"
    yield "#   feedback import FILE --mapping THIS.toml --check"
    if guess.export is not None and guess.export.told:
        yield _comment(guess.export.told)


def _joined(told: list[str | None]) -> str:
    return ", ".join(part for part in told if part)


def _columns(guess: Guess) -> Iterator[str]:
    yield "#"
    yield "# Its columns, how many cells say something, and what:"
    rated = {rating.column.name for rating in guess.ratings}
    for column in guess.columns[:_MOST_COLUMNS]:
        yield _comment(f"  {_quoted(column.name)} {column.filled}: {_held(column, rated)}")
    if (others := len(guess.columns) - _MOST_COLUMNS) > 0:
        yield f"#   and {others} more"


def _held(column: Column, rated: set[str]) -> str:
    """Answers to choose from are listed; names, addresses and what people wrote are not."""
    if column.times is not None:
        return f"times, as {' or '.join(column.times.examples)}"
    if column.is_many:
        return "many different"
    is_chosen = not column.is_unique and not column.words and not _PRIVATE.search(column.name)
    if column.name in rated or is_chosen or all(len(value) <= 3 for value in column.values):
        return counted(column.values, _MOST_VALUES) or "nothing"
    return f"{len(column.values)} different"


def _workspace(guess: Guess) -> Iterator[str]:
    yield from ("", "[workspace]", 'name = "Our company"')
    yield 'time_zone = "?" # such as "Europe/Paris"; a new workspace counts its months in it'
    yield f"language = {_quoted(guess.language)}"


def _rows(guess: Guess) -> Iterator[str]:
    yield from ("", "[rows]")
    yield from _time(guess)
    layout = guess.table.layout
    if layout.skip_lines:
        yield f"skip_lines = {layout.skip_lines}"
    if layout.kind in ("csv", "xlsx") and layout.header_rows != 1:
        yield f"header_rows = {layout.header_rows}"
    if guess.submission is not None:
        yield f"submission = {_quoted(guess.submission.name)}"
    elif guess.id is not None:
        yield f"id = {_quoted(guess.id.name)}"
    else:
        yield "# No column tells each row from every other: rows are known by what they say."
    if guess.comment is not None:
        yield f"comment = {_quoted(guess.comment.name)}"
    if guess.email is not None:
        yield "# The next line joins the answers of a person; the address is kept as a hash alone."
        yield f"# email = {_quoted(guess.email.name)}"
    used = guess.own | {rating.column.name for rating in guess.ratings}
    if guess.kinds is not None:
        used |= {guess.kinds.by.name, guess.kinds.rating.name}
    kept = [column.name for column in guess.columns if column.name not in used and _is_kept(column)]
    if kept:
        yield "# What to filter by later, without what tells who somebody is:"
        yield f"# properties = [{', '.join(map(_quoted, kept[:20]))}]"


def _is_kept(column: Column) -> bool:
    """Whether answers can be told apart by it: few values, of which no one tells who it was."""
    is_few = 2 <= len(column.values) <= 20 and not column.is_unique and not column.words
    return is_few and not _PRIVATE.search(column.name)


def _time(guess: Guess) -> Iterator[str]:
    if len(guess.times) != 1:
        held = guess.times or [column for column in guess.columns if column.times is not None]
        may_be = " or ".join(_quoted(column.name) for column in held)
        why = may_be or 'no column holds times; one date for all is written "2024-05-08"'
        yield _open("time", f"when it was answered: {why}")
        return
    (column,) = guess.times
    times = column.times
    if times is not None and all(text.startswith(_UNDATED) for text in times.examples):
        yield _open("time", f"{_quoted(column.name)} holds the day LimeSurvey writes for none")
        return
    yield f"time = {_quoted(column.name)}"
    if times is None:
        yield _open("time_format", "how it is written")
        return
    if len(times.forms) == 1:
        if times.forms[0] is not None:
            yield f"time_format = {_quoted(times.forms[0])}"
    elif times.forms:
        may_be = " or ".join(_quoted(form or "year first") for form in times.forms)
        yield _open("time_format", f"each reads all of it, differently: {may_be}")
    else:
        nearly = times.nearly or "year first"
        yield _open("time_format", f"none reads all of it; {_quoted(nearly)} reads most")
    in_header = zone_in_header(RowsPart(time=column.name), guess.table.columns)
    if times.forms and times.names_zone:
        yield "# Each of these times names its own zone."
    elif in_header is not None:
        yield f"# The header says that these times are in {in_header.key}."
    else:
        yield "# These times name no zone: they are read in workspace.time_zone."


def _journey(guess: Guess) -> Iterator[str]:
    yield from ("", "[journey]", 'name = "Our customers"', "", "[[journey.stages]]")
    yield 'name = "All answers" # part it into your stages'
    yield "touchpoints = ["
    for name in _touchpoints(guess):  # on lines of their own, to be moved to other stages
        yield f"  {{ name = {_quoted(name)} }},"
    yield "]"


def _touchpoints(guess: Guess) -> list[str]:
    """A name for each rating, no two alike."""
    if guess.kinds is not None:
        asked = [kind.name or "(no kind)" for kind in guess.kinds.kinds]
    else:
        asked = [rating.column.asked for rating in guess.ratings]
    names: list[str] = []
    for text in asked:
        name = " ".join(text.split())[: _LONGEST - 5].strip()
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


def _ratings(guess: Guess) -> Iterator[str]:
    names = _touchpoints(guess)
    if guess.kinds is not None:
        for kind, name in zip(guess.kinds.kinds, names, strict=True):
            yield from ("", "[[ratings]]")
            yield f"when = {{ {_quoted(guess.kinds.by.name)} = {_quoted(kind.name)} }}"
            yield f"column = {_quoted(guess.kinds.rating.name)}"
            yield f"touchpoint = {_quoted(name)}"
            yield _comment(f"It holds {counted(kind.scores, _MOST_VALUES)}")
            yield _metric(kind.metric, kind.why)
        return
    if not guess.ratings:
        yield from ("", "[[ratings]]", _open("column", "no column holds ratings"))
        yield from ('touchpoint = "?"', 'metric = "?"')
    for rating, name in zip(guess.ratings, names, strict=True):
        yield from _rating(rating, name)


def _rating(rating: RatingGuess, name: str) -> Iterator[str]:
    yield from ("", "[[ratings]]")
    yield f"column = {_quoted(rating.column.name)}"
    yield f"touchpoint = {_quoted(name)}"
    yield _comment(f"It holds {counted(rating.column.values, _MOST_VALUES)}")
    yield _metric(rating.metric, rating.why)
    if rating.labels:
        steps = sorted(rating.labels.items(), key=lambda label: (label[1] is None, label[1]))
        told = (f"{_quoted(word)} = {_LEFT if n is None else n}" for word, n in steps)
        yield f"labels = {{ {', '.join(told)} }}"
    if rating.doubtful:
        codes = ", ".join([*map(str, rating.doubtful), *map(_quoted, rating.missing)])
        yield _open("missing", f"off the scale; if these are no answers: [{codes}]")
    elif rating.missing:
        yield f"missing = [{', '.join(map(_quoted, rating.missing))}]"
    question = " ".join(rating.column.asked.split())
    if question != name or question != rating.column.name:
        yield f"question = {_quoted(question[:300])}"


def _metric(metric: str | None, why: str) -> str:
    if metric is None:
        return _open("metric", why)
    return f"metric = {_quoted(metric)}" + (f" {_comment(why)}" if why else "")


def _open(key: str, why: str) -> str:
    """A key that somebody must fill in."""
    return f'{key} = "?" {_comment(why)}'


def _comment(text: str) -> str:
    """One line, whatever stands in the file: a line break in a header would end the comment."""
    return "# " + "".join(char if char.isprintable() else " " for char in text)


def _quoted(text: str) -> str:
    r"""A TOML string.

    >>> _quoted('How "likely"\n?')
    '"How \\"likely\\"\\n?"'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
