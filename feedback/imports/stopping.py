"""Ctrl-C in the middle of an import: what is stored by then, and how to go on."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from feedback.errors import FeedbackError

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended


class Stoppable(AbstractContextManager["Stoppable"]):
    """Turns the task's cancellation into a FeedbackError that says what to do.

    run_id: of the import, once answers may have been stored.
    """

    def __init__(self) -> None:
        self.run_id: uuid.UUID | None = None

    def following(self, progress: Callable[[str, int], None]) -> Callable[[str, int], None]:
        """The same progress; it stops a loop that awaits nothing, where nobody else could."""

        def told(doing: str, n: int) -> None:
            progress(doing, n)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError

        return told

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None or not issubclass(kind, asyncio.CancelledError):
            return
        if self.run_id is None:
            raise FeedbackError("Stopped; nothing was stored.", exit_code=INTERRUPTED) from error
        raise FeedbackError(
            "Stopped. What is stored stays; the same command goes on from there. Take it back "
            f"with: feedback import --undo {self.run_id}",
            exit_code=INTERRUPTED,
        ) from error
