"""Wired applications, lent to one test after the other."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar
from litestar.datastructures import State

from feedback.app import create_app
from feedback.settings import Settings

_idle: dict[bool, list[Litestar]] = defaultdict(list)


@contextmanager
def application(settings: Settings) -> Iterator[Litestar]:
    """An application with these settings, not yet started.

    Its routes take a fifth of a second to wire, three times what the average test needs, and
    differ only with the demo: they serve again. Its state is new: all it knows is in there.
    """
    idle = _idle[settings.demo]
    app = idle.pop() if idle else create_app(settings)
    app.state = State({"settings": settings})
    yield app
    idle.append(app)  # not where the test failed to stop it
