"""What was made is kept by what it was made of, never by time: the one memory of a process.

A key says all that the value depends on, so nothing in here can be out of date, and nobody has to
take anything out. When it is full, what was asked for longest ago goes.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Made = TypeVar("Made")

MOST_BYTES = 64 * 2**20
ENTRY, PAGE = 400, 100_000  # bytes of a key and its place, and of what a page is made of, about


class Memory:
    """Values by key, bounded in bytes as whoever makes them weighs them.

    >>> memory = Memory(1000)
    >>> memory.keep(("double", 2), lambda: 4), memory.keep(("double", 2), lambda: 5)
    (4, 4)
    >>> len(memory.put("long", "x" * 500, 500)), memory.keep(("double", 2), lambda: 5)
    (500, 5)
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: dict[Hashable, tuple[Any, int]] = {}
        self._lock = Lock()  # jobs draw in a thread beside the server's

    def get(self, key: Hashable) -> Any:
        """What is kept under the key, or None."""
        with self._lock:
            found = self._kept.pop(key, None)
            if found is None:
                return None
            self._kept[key] = found  # the newest last
        return found[0]

    def put(self, key: Hashable, value: Made, size: int = ENTRY) -> Made:
        size += ENTRY
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = value, size
            self.bytes += size - (before[1] if before else 0)
            while self.bytes > self.most_bytes:
                self.bytes -= self._kept.pop(next(iter(self._kept)))[1]
        return value

    def keep(
        self, key: Hashable, make: Callable[[], Made], size: Callable[[Made], int] | None = None
    ) -> Made:
        """What is kept under the key, else what `make` makes; never None."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found, size(found) if size else ENTRY)
        made: Made = found
        return made

    def keep_of(
        self,
        name: str,
        things: tuple[object, ...],
        make: Callable[[], Made],
        size: Callable[[Made], int] = lambda _: ENTRY,
    ) -> Made:
        """What was made of these very things: by value, or by the object where it has no hash.

        Such objects stay beside what was made, so that no other takes their id meanwhile.
        """
        try:
            key = _Hashed((name, *things))
        except TypeError:
            key = _Hashed((name, *map(_value_or_id, things)))
        return self.keep(key, lambda: (things, make()), lambda made: 1000 + size(made[1]))[1]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0


class _Hashed:
    """A key that is hashed once: looking it up takes two hashes, and those of scores go deep."""

    __slots__ = ("_hash", "_of")

    def __init__(self, of: tuple[object, ...]) -> None:
        self._of, self._hash = of, hash(of)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self._of == other._of


def _value_or_id(thing: object) -> object:
    try:
        hash(thing)
    except TypeError:
        return id(thing)
    return thing


memory = Memory()
