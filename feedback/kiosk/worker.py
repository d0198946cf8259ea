"""`/k/worker.js`: what keeps the kiosk's page on the device, so that it opens without a network.

A service worker answers for the folder it lies in: this one for the kiosk, for no other page.
"""

import hashlib
import json
from functools import cache

from litestar import Response, get

from feedback.resources import PACKAGE
from feedback.web.page import static_address

SCRIPTS = ("kiosk.js",)  # built from src/
STYLES = ("feedback.css", "kiosk.css")
ICON = "icon.svg"
# Its address changes with its version.
FONT = "/static/vendor/inter-5.3.0-latin-variable.woff2"
HEADERS = {
    # Browsers ask for it anew at every opening: another body is another worker.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    "X-Content-Type-Options": "nosniff",
}


@get("/k/worker.js", needs="nobody")
async def kiosk_worker() -> Response[bytes]:
    return Response(worker_script(), media_type="text/javascript", headers=HEADERS)


@cache
def files() -> tuple[str, ...]:
    """The addresses of all that the page loads; each changes with its file's content."""
    return (*map(static_address, (ICON, *STYLES, *SCRIPTS)), FONT)


@cache
def files_version() -> str:
    """Another one after every update that changes a file of the kiosk, or its worker."""
    told = "\n".join(files()).encode() + _source()
    return hashlib.blake2b(told, digest_size=12).hexdigest()


@cache
def worker_script() -> bytes:
    told = f"const VERSION = {json.dumps(files_version())};\nconst FILES = {json.dumps(files())};\n"
    return told.encode() + _source()


@cache
def _source() -> bytes:
    return (PACKAGE / "kiosk" / "worker.js").read_bytes()
