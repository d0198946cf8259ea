"""A request whose transaction crossed another's is done again, from its beginning.

A form and somebody else's may want the same two rows in another order; PostgreSQL then gives one of
them up, and nothing of it stays. Whoever pressed the button need not know.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from feedback.crossing import COMMITTED, TRIES, pause

# In the state of a request: its answer is about a transaction that was given up.
CROSSED = "crossed"
MOST_KEPT = 1 << 20  # bytes of a request's body

Answering = Callable[[Any, Any, Any], Awaitable[None]]


def note_crossed(scope: Any) -> None:
    """Say in place of an answer that the request may be done again."""
    scope.setdefault("state", {})[CROSSED] = True


async def answer_again(answering: Answering, scope: Any, receive: Any, send: Any) -> None:
    """Answer; anew as long as transactions cross, unless an earlier one of the same request was
    committed, which would then be done twice."""
    heard = _Heard(receive)
    committed: list[bool] = []
    token = COMMITTED.set(committed)
    try:
        for attempt in range(TRIES):
            at = {**scope, "state": dict(scope.get("state", {}))}
            gate = _Gate(send, at, lambda: attempt < TRIES - 1 and heard.is_whole and not committed)  # noqa: B023
            await answering(at, heard.hearing(), gate.send)
            if not gate.is_shut:
                return
            await pause(attempt)
    finally:
        COMMITTED.reset(token)


class _Gate:
    """Lets an answer out, unless it is one to be made again."""

    def __init__(self, send: Any, scope: Any, may_repeat: Callable[[], bool]) -> None:
        self.is_shut = False
        self._send, self._scope, self._may_repeat = send, scope, may_repeat

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.is_shut = self._scope["state"].get(CROSSED, False) and self._may_repeat()
        if not self.is_shut:
            await self._send(message)


class _Heard:
    """What came in, kept to be told again as long as it is no large file."""

    def __init__(self, receive: Any) -> None:
        self.is_whole = True
        self._receive = receive
        self._messages: list[Any] = []
        self._room = MOST_KEPT

    def hearing(self) -> Any:
        told = iter(list(self._messages))

        async def hear() -> Any:
            for message in told:
                return message
            message = await self._receive()
            self._room -= len(message.get("body", b""))
            if self._room < 0:
                self.is_whole = False
                self._messages.clear()
            else:
                self._messages.append(message)
            return message

        return hear
