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

    def __init__(self, port: int, path: str, *, strips: bool) -> None:
        self.server = ""
        self.pages: dict[str, str] = {}
        self.lost: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.path.partition("?")[0]
                if asked == path or asked.startswith(path + "/"):
                    self._pass_on()
                elif asked in proxy.pages:
                    self._reply(200, [("Content-Type", "text/html")], proxy.pages[asked].encode())
                else:
                    proxy.lost.append(self.path)
                    self._reply(404, [], b"")

            do_POST = do_HEAD = do_GET

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED}
                headers |= {"X-Forwarded-For": "192.0.2.1", "Accept-Encoding": "identity"}
                asked = self.path.removeprefix(path) if strips else self.path
                reply = httpx.request(
                    self.command, proxy.server + asked, content=body, headers=headers,
                    timeout=PATIENCE,
                )  # fmt: skip
                self._reply(reply.status_code, reply.headers.multi_items(), reply.content)

            def _reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in NOT_PASSED:
                        self.send_header(name, value)
                if self.command != "HEAD" and status not in (204, 304):
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
