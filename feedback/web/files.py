"""Files as answers: who writes which kind, and the headers that all of them have."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from litestar import MediaType, Request, Response

MEDIA = {"csv": "text/csv", "json": MediaType.JSON}


def send_file(
    name: str, writers: Mapping[str, Callable[..., str]], *things: object
) -> Response[str]:
    """The file `name`, made of `things` by the writer of its kind. No copy of it is kept."""
    kind = name.rpartition(".")[2]
    headers = {"Cache-Control": "no-store"}
    if kind == "csv":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(writers[kind](*things), media_type=MEDIA[kind], headers=headers)


def file_name(request: Request[Any, Any, Any]) -> str:
    """`board.csv` of `/board.csv`."""
    return PurePosixPath(request.url.path).name
