"""A small web site of somebody else's, for pages that embed the widget."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Site:
    """Serves what `add` was given, on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        pages: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._pages = pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, headers = pages.get(self.path.split("?")[0], (b"", {}))
                self.send_response(200 if body else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def add(self, html: str, path: str = "/", **headers: str) -> str:
        """The address at which this page is served from now on."""
        page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>{html}'
        self._pages[path] = (page.encode(), {k.replace("_", "-"): v for k, v in headers.items()})
        return self.base + path

    def add_file(self, path: str, text: str, kind: str) -> str:
        """The same for a text as it is, of this content type."""
        self._pages[path] = (text.encode(), {"Content-Type": kind})
        return self.base + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
