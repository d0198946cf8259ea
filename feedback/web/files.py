"""Files as answers: who writes which kind, and the headers that all of them have."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import PurePosixPath
from typing import Any

from litestar import MediaType, Request, Response
from litestar.response import Stream

from feedback.filters import no_such_choice, read_filters
from feedback.i18n import gettext as _
from feedback.rows import CSV_STYLES, PLAIN, CsvStyle, Table, csv_text, xlsx_bytes

AnyRequest = Request[Any, Any, Any]
# The kinds of a file of rows, in the order in which menus name them.
KINDS = ("csv", "xlsx", "json")
MEDIA = {
    "csv": "text/csv",
    "json": MediaType.JSON,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STYLE = "style"


async def send_file(
    request: AnyRequest,
    document: Callable[..., str],
    table: Callable[..., Table],
    *things: object,
    name: str = "",
) -> Response[Any]:
    """The file that was asked for, made of `things`; no copy of it is kept.

    document: writes it as JSON. table: the same as rows. name: `board.csv` if not of the address.
    Raises FilterError for a style that there is not.
    """
    name = name or file_name(request)
    kind, style = name.rpartition(".")[2], csv_style(request)
    content: str | bytes
    if kind == "json":
        content = document(*things)
    elif kind == "csv":
        content = csv_text(*table(*things), style)
    else:
        content = await asyncio.to_thread(xlsx_bytes, table(*things))
    return Response(content, media_type=MEDIA[kind], headers=_headers(name, kind))


def stream_file(name: str, pieces: AsyncIterator[bytes]) -> Stream:
    """A file of any length, piece by piece."""
    kind = name.rpartition(".")[2]
    return Stream(pieces, media_type=MEDIA[kind], headers=_headers(name, kind))


def _headers(name: str, kind: str) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if kind != "json":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers


def file_name(request: AnyRequest) -> str:
    """`board.csv` of `/board.csv`."""
    return PurePosixPath(request.url.path).name


def file_pairs(request: AnyRequest) -> list[tuple[str, str]]:
    """The filters of an address, without the style of a CSV file."""
    return [pair for pair in request.query_params.multi_items() if not _is_style(request, pair)]


def csv_style(request: AnyRequest) -> CsvStyle:
    """How a CSV file is to be written. Raises FilterError for what there is not."""
    given = [pair for pair in request.query_params.multi_items() if _is_style(request, pair)]
    style = read_filters(given, (STYLE,)).get(STYLE, "")
    if style and style not in CSV_STYLES:
        raise no_such_choice(STYLE)
    return CSV_STYLES.get(style, PLAIN)


def _is_style(request: AnyRequest, pair: tuple[str, str]) -> bool:
    return pair[0] == STYLE and request.url.path.endswith(".csv")


def file_links(address: str, kinds: Sequence[str] = KINDS) -> tuple[tuple[str, str], ...]:
    """What a menu offers of the page at `address`, filters and all: a name and an address each."""
    styles = {"bom": _("CSV for Excel"), "semicolon": _("CSV for Excel (semicolons, 1,5)")}
    path, _mark, query = address.partition("?")
    links = []
    for kind in kinds:
        links.append((kind.upper(), _joined(f"{path}.{kind}", query)))
        for style, label in styles.items() if kind == "csv" else ():
            links.append((label, _joined(f"{path}.csv", query, f"{STYLE}={style}")))
    return tuple(links)


def _joined(path: str, *queries: str) -> str:
    query = "&".join(filter(None, queries))
    return f"{path}?{query}" if query else path
