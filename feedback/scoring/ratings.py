"""From raw cells to counts, with what was left out counted apart.

=====================  ==========================================================
``parse_ratings``      cells, arrays or data frame columns -> Ratings
``Ratings``            counts, missing, invalid
``normalise``          what one cell says: a whole number, a text, or nothing
=====================  ==========================================================
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from feedback.scoring.metrics import Metric

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Said = int | str | bool | None

# '9', '9.0', '+9', '-1': what a spreadsheet writes for a whole number. Not '1e1', '1_0', '9,0'.
_WHOLE_TEXT = re.compile(r"([+-]?[0-9]{1,18})(?:\.0*)?")
_NOT_A_CELL = ("NAType", "NaTType")  # pandas' own blanks, known by name so as not to load pandas
_TALLIED_BY_PANDAS = re.compile(r"str(ing.*)?|category|boolean|U?Int(8|16|32|64)")
_BLOCK = 1 << 17  # numbers that stay in the processor's cache while looked at more than once
_REACH = 256  # what one plain histogram spans; most scales end at 10


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many gave each rating of the scale, and how many cells were blank or no rating."""

    counts: dict[int, int]
    missing: int
    invalid: int

    @property
    def n(self) -> int:
        """How many valid ratings."""
        return sum(self.counts.values())


def parse_ratings(values: Iterable[Any], metric: Metric, missing: Iterable[Any] = ()) -> Ratings:
    """Count the ratings in `values`: any iterable, a numpy array or a pandas Series.

    Missing: None, blank text, NaN, and the codes in `missing` (such as 11 for "no answer"), which
    are compared after the same normalisation. Valid: whole numbers on the scale, as int, float
    or text ('9', '9.0', 9.0). Invalid: booleans, 7.5, off-scale numbers, any other text.
    Nothing is raised for a bad cell: it is counted. Integer arrays are counted at the speed of
    numpy.bincount.

    >>> from feedback.scoring import METRICS
    >>> cells = [9, "9.0", " ", None, 7.5, True, 11, 12]
    >>> found = parse_ratings(cells, METRICS["nps"], missing=[11])
    >>> found.counts[9], found.missing, found.invalid
    (2, 3, 3)
    """
    listed = [missing] if isinstance(missing, str) else missing
    codes = {code for code in map(normalise, listed) if not isinstance(code, bool)}
    array = _number_array(values)
    if array is not None:
        return _count_cells(_tally_array(array, metric.scale), metric, codes)
    return _count_cells(_cells(values), metric, codes)


def normalise(value: object) -> Said:
    """What a cell says: an int, a text, None for a blank, or a boolean left as it is.

    >>> normalise(" 9.0 "), normalise(9.0), normalise(float("nan")), normalise(7.5)
    (9, 9, None, '7.5')
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _normalise_text(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real | Decimal):
        return _normalise_number(value)
    return None if type(value).__name__ in _NOT_A_CELL else f"{type(value).__name__} {value!r}"


def _normalise_text(text: str) -> int | str | None:
    stripped = text.strip()
    whole = _WHOLE_TEXT.fullmatch(stripped)
    return int(whole[1]) if whole else stripped or None


def _normalise_number(number: Real | Decimal) -> int | str | None:
    if number != number:
        return None
    as_float = float(number)
    return int(as_float) if as_float.is_integer() else repr(as_float)


def _count_cells(cells: Iterable[tuple[object, int]], metric: Metric, codes: set[Said]) -> Ratings:
    counts = dict.fromkeys(metric.scale, 0)
    missing = invalid = 0
    for value, n in cells:
        said = normalise(value)
        if isinstance(said, bool):  # before anything else, for True equals 1
            invalid += n
        elif said is None or said in codes:
            missing += n
        elif said in counts:
            counts[int(said)] += n
        else:
            invalid += n
    return Ratings(counts, missing, invalid)


def _cells(values: Iterable[Any]) -> Iterable[tuple[object, int]]:
    """Each cell, with how often it stands there.

    pandas tallies a column of text, categories or nullable integers first; not one of mixed
    objects, where it would take True for 1.
    """
    dtype = str(getattr(values, "dtype", ""))
    if hasattr(values, "value_counts") and _TALLIED_BY_PANDAS.fullmatch(dtype):
        tally = values.value_counts(dropna=False)
        return zip(tally.index.tolist(), tally.tolist(), strict=True)
    return ((value, 1) for value in values)


def _number_array(values: Iterable[Any]) -> "Array | None":
    """The numpy array behind `values` if it holds plain integers or floats, else None."""
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind not in ("i", "u", "f"):
        return None
    import numpy as np

    array = np.asarray(values)
    return array if array.dtype.kind in "iuf" else None


def _tally_array(array: "Array", scale: range) -> Iterable[tuple[object, int]]:
    import numpy as np

    small = np.zeros(_REACH, dtype=np.intp)
    rest: list[Iterable[tuple[object, int]]] = []
    for start in range(0, array.size, _BLOCK):
        block = array[start : start + _BLOCK]
        # All bits of all numbers: one cheap pass says that none is negative and none is large.
        if block.dtype.kind in "iu" and 0 <= np.bitwise_or.reduce(block) < _REACH:
            small += np.bincount(block.astype(np.intp, copy=False), minlength=_REACH)
        else:
            rest.append(_tally_block(block, scale))
    return chain(enumerate(small.tolist()), *rest)


def _tally_block(block: "Array", scale: range) -> Iterable[tuple[object, int]]:
    """For floats, and for integers a histogram cannot hold: those on the scale, then the rest."""
    import numpy as np

    on_scale = (block >= scale.start) & (block < scale.stop) & (block == np.floor(block))
    ratings = np.bincount(block[on_scale].astype(np.intp) - scale.start)
    others, times = np.unique(block[~on_scale], return_counts=True)
    return chain(
        enumerate(ratings.tolist(), start=scale.start),
        zip(others.tolist(), times.tolist(), strict=True),
    )
