"""One person or one id twice at one time: such rows are told apart by what they say."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, pairwise
from operator import eq

from feedback.imports.read import ID, ROW, Entry
from feedback.imports.spool import Sorted

Order = Callable[[str], int]

# A column of ids that is none, at one time: memory must not grow with such a file.
_MOST_SHARED = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows to be stored: their numbers in the spool, and orders, the hashes that ids are made of.

    spares: the order of a row whose own is another row's; None where no row shares one.
    """

    numbers: Sequence[int]
    orders: Sequence[int]
    entries: Sequence[Entry]
    spares: Sequence[int | None] | None = None

    def cut(self, most: int) -> Iterator[slice]:
        """Parts with about so many ratings in each, never between rows that share an order."""
        start = ratings = 0
        entries = self.entries
        for end, entry in enumerate(entries, start=1):
            ratings += len(entry[-1])
            if end < len(entries) and (ratings < most or self._is_shared(end)):
                continue
            yield slice(start, end)
            start, ratings = end, 0

    def _is_shared(self, place: int) -> bool:
        """Whether this row and the one before may be each other's."""
        before, own = self.entries[place - 1], self.entries[place]
        return self.spares is not None and before[:2] == own[:2]

    def only(self, wanted: Sequence[bool]) -> "Piece":
        return Piece(
            list(compress(self.numbers, wanted)),
            list(compress(self.orders, wanted)),
            list(compress(self.entries, wanted)),
            None if self.spares is None else list(compress(self.spares, wanted)),
        )


def tell_apart(rows: Iterable[Sequence[Sorted]], order: Order) -> Iterator[Piece]:
    """Pieces of rows that come by time and order, with orders that lose no answer.

    Whole copies count once under an id, each by itself without one. order: makes one of a text.
    """
    told = _Told(order)
    for piece, following in pairwise(chain(_whole(rows), [()])):
        yield told.piece(piece, following[0][:2] if following else None)


def _whole(pieces: Iterable[Sequence[Sorted]]) -> Iterator[Sequence[Sorted]]:
    """The same rows; those that share an order in one piece, unless they are very many."""
    held: list[Sorted] = []
    for piece in pieces:
        held += piece
        start = len(held) - 1
        while start and held[start - 1][:2] == held[start][:2]:
            start -= 1
        end = start or (len(held) if len(held) > _MOST_SHARED else 0)
        if end:
            yield held[:end]
            held = held[end:]
    if held:
        yield held


@dataclass(slots=True)
class _Told:
    """How often each text was met of rows that share an order, however many pieces they fill."""

    order: Order
    key: tuple[int, int] | None = None
    times: Counter[str] = field(default_factory=Counter)

    def piece(self, rows: Sequence[Sorted], following: tuple[int, int] | None) -> Piece:
        keys = [row[:2] for row in rows]
        around = [self.key, *keys, following]
        _, orders, numbers, entries = zip(*rows, strict=True)
        if not any(map(eq, around, around[1:])):
            self._enter(keys[-1])
            return Piece(numbers, orders, entries)
        own: list[int] = []
        spares: list[int | None] = []
        for place, (key, entry) in enumerate(zip(keys, entries, strict=True)):
            if key != self.key:
                self._enter(key)
            is_shared = key in (around[place], around[place + 2])
            order, spare = self._shared(entry, key[1]) if is_shared else (key[1], None)
            own.append(order)
            spares.append(spare)
        return Piece(numbers, own, entries, spares if any(spares) else None)

    def _enter(self, key: tuple[int, int]) -> None:
        self.key = key
        self.times.clear()

    def _shared(self, entry: Entry, order: int) -> tuple[int, int | None]:
        _, identity, _, properties, ratings = entry
        if identity.startswith(ID):
            # Without the properties: a spreadsheet writes some of them in another way.
            return order, self.order(f"{identity}\0{ratings}")
        said = "" if identity.startswith(ROW) else f"{ratings}\0{properties}"
        self.times[said] += 1
        text = f"{identity}\0{said}\0{self.times[said]}"
        if self.times[said] > 1:
            return self.order(text), None
        return order, self.order(text) if said else None
