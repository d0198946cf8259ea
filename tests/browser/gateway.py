"""What may stand between a tablet and the server: a gateway that is down, slow, or updates it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx

from tests.waiting import PATIENCE

KEPT = ("content-type", "cache-control", "x-feedback-version", "content-security-policy")


class Gateway:
    """Passes requests on to `base`, on a free port of 127.0.0.1.

    state: `open`, `away` (no reply at all), `failing` (503) or `silent` (no reply for now).
    edits: what it puts in place of a text, in each reply. seen: the paths it was asked for.
    """

    def __init__(self, base: str) -> None:
        self.state = "open"
        self.edits: dict[str, str] = {}
        self.seen: list[str] = []
        self._ended = Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gateway.seen.append(self.path)
                if gateway.state == "silent":
                    gateway._ended.wait()
                if gateway.state == "failing":
                    self.send_error(503)
                elif gateway.state == "open":
                    self._pass_on()

            do_POST = do_HEAD = do_GET

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {"Accept-Language": self.headers.get("Accept-Language", "")}
                reply = httpx.request(
                    self.command, base + self.path, content=body, headers=headers, timeout=PATIENCE
                )
                self.send_response(reply.status_code)
                for name in KEPT:
                    if name in reply.headers:
                        self.send_header(name, reply.headers[name])
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(gateway._edited(reply.content))

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _edited(self, body: bytes) -> bytes:
        for old, new in self.edits.items():
            body = body.replace(old.encode(), new.encode())
        return body

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
