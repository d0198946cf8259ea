"""A proxy before shop.example: the shop's own pages, and under one path our server."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx

from tests.waiting import PATIENCE

NOT_PASSED = {"connection", "content-length", "transfer-encoding", "date", "server"}


class Proxy:
    """Passes on to `server` what lies under `path`, with that path or without it (`strips`).

    pages: the shop's own, each under its path. lost: what was asked for and is neither.
    """

    def __init__(self, port: int, path: str) -> None:
        self.path, self.strips = path, False
        self.server = ""
        self.pages: dict[str, str] = {}
        self.lost: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy._answer(self)

            do_POST = do_HEAD = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.path.partition("?")[0]
        if asked == self.path or asked.startswith(self.path + "/"):
            reply = self._pass_on(request)
            _send(request, reply.status_code, reply.headers.multi_items(), reply.content)
        elif asked in self.pages:
            _send(request, 200, [("Content-Type", "text/html")], self.pages[asked].encode())
        else:
            self.lost.append(request.path)
            _send(request, 404, [], b"")

    def _pass_on(self, request: BaseHTTPRequestHandler) -> httpx.Response:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {k: v for k, v in request.headers.items() if k.lower() not in NOT_PASSED}
        headers |= {"X-Forwarded-For": "192.0.2.1", "Accept-Encoding": "identity"}
        asked = request.path.removeprefix(self.path) if self.strips else request.path
        address = self.server + asked
        return httpx.request(
            request.command, address, content=body, headers=headers, timeout=PATIENCE
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _send(
    request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    request.send_response(status)
    for name, value in headers:
        if name.lower() not in NOT_PASSED:
            request.send_header(name, value)
    if request.command != "HEAD" and status not in (204, 304):
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)
