"""`/health/live`, `/health/ready` and `/metrics`: for balancers, containers and Prometheus."""

import hmac
from typing import Any

from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency

from feedback.db import Database
from feedback.health.ready import READY, SENTENCES, Probe
from feedback.settings import Settings

RETRY_SECONDS = 5
PROMETHEUS = "text/plain; version=0.0.4"  # Litestar adds the charset


@get("/health/live", needs="nobody")
async def live() -> dict[str, str]:
    """The process answers. What it needs may be away: that is for `ready`."""
    return {"status": "live"}


@get("/health/ready", needs="nobody")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """200 when an answer could be stored now, else 503 with a word for why not."""
    probe: Probe = request.app.state.probe
    found = await probe.ask()
    if found == READY:
        return Response({"status": READY})
    said = {"status": "not ready", "reason": found, "detail": SENTENCES[found]}
    return Response(said, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


@get("/metrics", needs="nobody")
async def metrics(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """The numbers of all processes of this server; no such page where no token is set."""
    if settings.metrics_token is None:
        return Response("", status_code=404, media_type=MediaType.TEXT)
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {settings.metrics_token}".encode()):
        asked = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return Response("", status_code=401, headers=asked, media_type=MediaType.TEXT)
    from feedback.health.metrics import read_metrics

    return Response(await read_metrics(database, settings), media_type=PROMETHEUS)


router = Router(
    "/",
    route_handlers=[live, ready, metrics],
    response_headers={"Cache-Control": "no-store"},
)
