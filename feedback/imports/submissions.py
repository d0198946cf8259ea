"""Several messages of one submission, each with the whole answer so far: the last one counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from feedback.imports.moments import Moments, TimeText
from feedback.imports.source import OnBad, RowSource
from feedback.offline.headers import Columns
from feedback.offline.layout import Layout
from feedback.offline.tables import Stride

# When the first and the last message were sent, the last one's line, the first one's time cells.
Messages = tuple[int, int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LastMessages:
    """The rows of a source, one a submission: the last one by time that rates anything.

    It takes the first one's time, so that a message to come does not move the answer. The source
    is read twice; in memory are about 350 bytes a submission. Rows without a submission, and those
    whose time tells no moment, are left as they are.
    """

    source: RowSource
    submission: int
    rated: Sequence[int]
    time: TimeText
    moments: Moments

    @property
    def layout(self) -> Layout:
        return self.source.layout

    @property
    def columns(self) -> Columns:
        return self.source.columns

    def strides(self, on_bad: OnBad | None = None) -> Iterator[Stride]:
        found = self._messages()
        for lines, cells in self.source.strides(on_bad):
            kept: Stride = [], []
            for line, row in zip(lines, cells, strict=True):
                key = self._key(row)
                messages = None if key is None else found.get(key)
                if messages is None or messages[2] == line:
                    kept[0].append(line)
                    kept[1].append(row if messages is None else self._begun(row, messages[3]))
            if kept[0]:
                yield kept

    def _messages(self) -> dict[bytes, Messages]:
        found: dict[bytes, Messages] = {}
        for lines, cells in self.source.strides(lambda line, wrong: None):
            for line, row in zip(lines, cells, strict=True):
                at = self.moments[self.time(row)]
                if (key := self._key(row)) is None or isinstance(at, str):
                    continue
                times = tuple(row[place] for place in self.time.places)
                first, last, kept, begun = found.get(key, (at, at, line, times))
                if at >= last:
                    last, kept = at, line
                if at < first:
                    first, begun = at, times
                found[key] = first, last, kept, begun
        return found

    def _key(self, row: Sequence[str]) -> bytes | None:
        """None for a row that is no message of a rating: it is neither first nor last."""
        name = row[self.submission].strip()
        if not name or not any(row[place].strip() for place in self.rated):
            return None
        return blake2b(name.encode(), digest_size=12).digest()

    def _begun(self, row: list[str], times: Sequence[str]) -> list[str]:
        begun = list(row)
        for place, cell in zip(self.time.places, times, strict=True):
            begun[place] = cell
        return begun
