"""What holds for every answer of the server, whatever made it: headers, HEAD, and slow bodies."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from litestar import HttpMethod
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope, Message, Receive, Send

from feedback.log_lines import ASKED, REQUEST_ID, Asked
from feedback.numbers import count_page

# Who sends half a body and then nothing is let go after this long.
BODY_SECONDS = 30.0
NOSNIFF = (b"x-content-type-options", b"nosniff")
# The other half of a body may still come: nothing else can be read from that connection.
CLOSE = (b"connection", b"close")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


T = TypeVar("T")


class TooSlowError(HTTPException):
    """The body of a request did not come in time."""

    status_code = 408


def as_get(scope: HTTPScope) -> HTTPScope:
    """HEAD is answered as GET is (RFC 9110, 9.3.2): link checkers and mail scanners ask by it."""
    return cast(HTTPScope, dict(scope) | {"method": HttpMethod.GET})


def without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


def watched(scope: HTTPScope, send: Send) -> Send:
    """Counts the request by its route when it is answered, and gives the answer its id."""
    asked = Asked(scope)
    ASKED.set(asked)

    async def send_watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            id = (REQUEST_ID, asked.id.encode())
            message = {**message, "headers": [*message.get("headers", ()), id]}
            seconds = time.perf_counter() - asked.began
            count_page(asked.known_route, message["status"], seconds)
        await send(message)

    return send_watched


def sealed(send: Send, *, is_https: bool) -> Send:
    """No browser guesses another type; under https none comes back by http, cookies included."""

    async def send_sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", [])]
            if not any(name.lower() == NOSNIFF[0] for name, _ in headers):
                headers.append(NOSNIFF)
            if message["status"] == TooSlowError.status_code:
                headers.append(CLOSE)
            if is_https:
                headers = [*map(_secure, headers), _HSTS]
            message = {**message, "headers": headers}
        await send(message)

    return send_sealed


def _secure(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = header
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if is_open else header


class Patience:
    """Waits for the bodies of requests, each as long as BODY_SECONDS in all.

    One look a second over those that are waited for: a timer for each request costs an answer
    ten times as much.
    """

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        # The loop that will look; one that ended never does.
        self._looking: asyncio.AbstractEventLoop | None = None

    def in_time(self, receive: Receive) -> Receive:
        """The same until the body is whole; TooSlowError is raised when that takes too long.

        Of the whole body, not of each piece: a byte now and then keeps nobody's connection open.
        """
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        is_whole = False

        async def receive_in_time() -> Any:
            nonlocal is_whole
            if is_whole:  # what comes now is the end of the connection, however late
                return await receive()
            event = await self._until(deadline, receive(), TooSlowError)
            is_whole = not event.get("more_body", False)
            return event

        return receive_in_time

    async def whole(self, body: Awaitable[T], error: Callable[[], Exception]) -> T:
        """The whole body; `error` is raised when that takes too long."""
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        return await self._until(deadline, body, error)

    async def _until(
        self, deadline: float, awaited: Awaitable[T], error: Callable[[], Exception]
    ) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._waiting[task] = deadline
        if self._looking is not (loop := asyncio.get_running_loop()):
            self._look_later(loop)
        try:
            return await awaited
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise error() from None
        finally:
            del self._waiting[task]
            self._late.discard(task)

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = loop
        loop.call_later(min(1.0, BODY_SECONDS), self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = None
        now = loop.time()
        for task, deadline in self._waiting.items():
            if deadline <= now and task not in self._late:
                self._late.add(task)
                task.cancel()
        if self._waiting:
            self._look_later(loop)


def without_words(send: Any) -> Any:
    """Why a start failed the application logs; Litestar tells the server below a traceback."""

    async def tell(message: Any) -> None:
        await send(message | {"message": ""} if "message" in message else message)

    return tell
