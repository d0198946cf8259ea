"""Who may use a route: said where it is registered (`@get("/board", needs="viewer")`), read here.

The guard of the signed-in pages asks the route, never the handler; a route that says nothing is
denied, and keeps the server from starting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar.routes import ASGIRoute, HTTPRoute

from feedback.accounts.guards import NEEDS, require_viewer


class UnguardedError(RuntimeError):
    """A route that says not whom it is for, or that is guarded otherwise than it says."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A route as a stranger meets it."""

    method: str
    path: str
    needs: str


def ways_in(routes: Iterable[Any]) -> list[WayIn]:
    """Every method of every route, by path. Raises UnguardedError."""
    found = [
        WayIn(method, route.path_format, _needs(handler, route.path_format))
        for route in routes
        if isinstance(route, HTTPRoute | ASGIRoute)
        for handler in _handlers(route)
        for method in sorted(getattr(handler, "http_methods", ("GET",)))
    ]
    return sorted(found, key=lambda way: (way.path, way.method))


def _handlers(route: HTTPRoute | ASGIRoute) -> list[Any]:
    if isinstance(route, ASGIRoute):
        return [route.route_handler]
    return [handler for handler in route.route_handlers if not _is_litestars(handler)]


def _is_litestars(handler: Any) -> bool:
    # It answers OPTIONS for every path, behind the guard of that path.
    name: str = handler.fn.__qualname__
    return name == "HTTPRoute.create_options_handler.<locals>.options_handler"


def _needs(handler: Any, path: str) -> str:
    needs = handler.opt.get("needs")
    if needs not in NEEDS:
        raise UnguardedError(f"{path} says not whom it is for: needs={needs!r}, one of {NEEDS}")
    guard = getattr(handler, "resolve_before_request", lambda: None)()
    if (guard is require_viewer) != (needs != "nobody"):
        raise UnguardedError(f"{path} needs {needs!r} and is guarded otherwise")
    return str(needs)
