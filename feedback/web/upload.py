"""A form with a file, taken in without a disk: Litestar's own way lays larger ones there."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartParser,
    parse_options_header,
)

# Of the other fields, with what stands around them.
_BESIDE = 64 << 10
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a form, and the texts that came with it. Without a file its name is empty."""

    name: str
    content: bytes
    fields: Mapping[str, str]


def body_limit(most: int) -> int:
    """How large a request may be whose file has at most so many bytes."""
    return most + _BESIDE


async def read_upload(request: Request[Any, Any, Any], field: str) -> Upload:
    """The file under the name `field`. Raises ClientException (400) for what is no such form."""
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    boundary = options.get("boundary", "")
    body = await request.body()
    if kind != "multipart/form-data" or not boundary:
        raise ClientException("not multipart/form-data")
    held = max(len(body), 1)
    try:
        parser = MultipartParser(
            BytesIO(body), boundary, part_limit=_MOST_PARTS, spool_limit=held, memory_limit=held
        )
        parts = {part.name: part for part in parser}
        files = {name: part for name, part in parts.items() if part.filename}
        texts = {name: part.value for name, part in parts.items() if not part.filename}
    except (MultipartError, UnicodeError, LookupError) as error:
        raise ClientException("broken multipart/form-data") from error
    file = files.get(field)
    return Upload(file.filename, file.raw, texts) if file else Upload("", b"", texts)
