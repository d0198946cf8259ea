"""What was touched lately, by key, in a memory that does not grow with what strangers send."""

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values that are forgotten `seconds` to twice as long after they were last put.

    Past `most` of them within that time the older half is forgotten sooner: never more than twice
    `most` are kept. Moments are seconds of any clock that does not go back.
    """

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._new: dict[bytes, Value] = {}
        self._old: dict[bytes, Value] = {}
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def get(self, key: bytes, now: float) -> Value | None:
        """What was put last under this key, None where that is forgotten."""
        if now - self._since >= self._seconds:
            is_over = now - self._since >= 2 * self._seconds
            self._turn(now)
            if is_over:
                self._old = {}
        found = self._new.get(key)
        return found if found is not None else self._old.get(key)

    def put(self, key: bytes, value: Value, now: float) -> None:
        if len(self._new) >= self._most and key not in self._new:
            self._turn(now)
        self._new[key] = value

    def _turn(self, now: float) -> None:
        self._new, self._old, self._since = {}, self._new, now
