"""A signed-in browser that measures: the pages it looks at, what each look took."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psutil

from bench import servers
from bench.databases import Shop
from bench.servers import processor_ms
from feedback import clock
from feedback.responses.filters import answers_link
from feedback.scoring.months import month_at, shift


def page_paths(shop: Shop) -> dict[str, str]:
    """The measured pages by the name they have in the report."""
    touchpoint = f"touchpoint={shop.slots[0].touchpoint_id}"
    plain = ("/board", "/trends", "/map", "/priorities", "/actions", "/compare", "/responses")
    groups = f"/compare?kind=groups&property=variant&{touchpoint}"
    return {
        **{path: path for path in plain},
        "/trends?touchpoint": f"/trends?{touchpoint}",
        "/actions/{id}": f"/actions/{shop.action_id}",
        "/compare?kind=groups": "/compare?kind=groups",
        "/compare?kind=groups&touchpoint": groups,
        **answer_lists(shop),
    }


def answer_lists(shop: Shop) -> dict[str, str]:
    """Lists behind numbers: of a few, of many, of a year ago, of what no counts tell."""
    month, slot = shift(month_at(clock.now(), "UTC"), -12), shop.slots[0]
    few = answers_link(
        touchpoint=slot.touchpoint_id, metric=slot.metric, band="neutral", channel="email",
        month=month,
    )  # fmt: skip
    return {
        "/responses?touchpoint&band&channel&month": few,
        "/responses?journey&band": answers_link(journey=shop.journey_id, band="negative"),
        "/responses?month&comment": answers_link(month=month, comment=True),
        "/responses?property": answers_link(property="variant=b"),
        "/responses?property, none": answers_link(property="variant=c"),
    }


@dataclass(slots=True)
class Browser:
    """One signed-in connection that stays open."""

    connection: http.client.HTTPConnection
    cookie: str
    worker: psutil.Process
    paths: dict[str, str]

    def get(self, path: str, **headers: str) -> "Visit":
        used = processor_ms(self.worker)
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie} | headers)
        answer = self.connection.getresponse()
        answer.read()
        took = 1000 * (time.perf_counter() - began)
        used = processor_ms(self.worker) - used
        return Visit(answer.status, answer.headers["ETag"], took, used)


@dataclass(frozen=True, slots=True)
class Visit:
    """Time until the whole page was here, and the server's processor time in it."""

    status: int
    tag: str | None
    ms: float
    processor_ms: float


@contextmanager
def open_browser(server: servers.Server, shop: Shop) -> Iterator[Browser]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with closing(connection):
        yield Browser(connection, shop.cookie, server.worker(), page_paths(shop))
