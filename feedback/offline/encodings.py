"""In which encoding a text file is: what its first bytes say, else what all of them allow."""

import codecs
import re
from pathlib import Path

from feedback.errors import FeedbackError

_CHUNK = 1 << 20
_PLAIN = ("utf-8-sig", "cp1252")
_MARKED = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What UTF-8 says in bytes that are not, as a whole, UTF-8: é and its kind, and the marks ’ “ –.
_PARTLY_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")
# Five different accented letters in a row (a Cyrillic word), or, within a word, the capitals and
# signs that é and its kind of an old Mac become, and ą, ł and ż. "Trèèèèès" is neither.
_ANOTHER = re.compile(
    rb"(?:([\xc0-\xff])(?!\1)){5}|[a-z][\xb3\xb9\xbf\x83\x87\x88\x8a\x8e\x98\x99\x9f][a-z]"
)


def find_encoding(path: Path, asked: str | None = None) -> str:
    """The encoding that reads all of the file: that `asked` for, UTF-16, UTF-8, or Windows-1252.

    Raises FeedbackError, with the line, for a file that is no text, or is none in that encoding,
    and for one in which Windows-1252 would make other letters of those that were meant.
    """
    if asked is not None:
        return _checked(path, asked)
    with path.open("rb") as file:
        start = file.read(4096)
    wide = _MARKED.get(start[:2]) or _unmarked_utf16(start)
    if wide is not None:
        return _checked(path, wide)
    return _plain(path)


def _plain(path: Path) -> str:
    first, last = (_undecodable_line(path, encoding) for encoding in _PLAIN)
    if first is None:
        return _PLAIN[0]
    if last is not None:
        raise FeedbackError(
            f"{path.name}, line {last}: neither UTF-8 nor Windows-1252 text. Save it as CSV UTF-8."
        )
    if odd := _line_of(path, _PARTLY_UTF8):
        raise FeedbackError(
            f"{path.name}, line {first}: not UTF-8 text, though line {odd} is. Save it as CSV "
            'UTF-8, or say in the mapping what it is: encoding = "cp1252" under [rows].'
        )
    if odd := _line_of(path, _ANOTHER):
        raise FeedbackError(
            f"{path.name}, line {odd}: neither UTF-8 nor, by its letters, Windows-1252 text. Save "
            'it as CSV UTF-8, or say in the mapping what it is: encoding = "cp1251" (or "cp1252", '
            '"mac_roman", ...) under [rows].'
        )
    return _PLAIN[1]


def _checked(path: Path, encoding: str) -> str:
    line = _undecodable_line(path, encoding)
    if line is not None:
        raise FeedbackError(f"{path.name}, line {line}: this is not {encoding} text.")
    return encoding


def _unmarked_utf16(start: bytes) -> str | None:
    """UTF-16 without a mark: in the words of a header every second byte is nothing."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    most = len(start) // 4
    if len(start) > 3 and min(even, odd) == 0 and max(even, odd) > most:
        return "utf-16-le" if odd else "utf-16-be"
    return None


def _undecodable_line(path: Path, encoding: str) -> int | None:
    """The first line that is not in `encoding`, None if all of the file is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                text = decoder.decode(chunk)
                # In UTF-16 every second byte is nothing; elsewhere bytes are looked through faster.
                if "\0" in text if encoding.startswith("utf-16") else b"\0" in chunk:
                    raise FeedbackError(f"{path.name} is not a text file. Save it as CSV UTF-8.")
                line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def _line_of(path: Path, pattern: re.Pattern[bytes]) -> int | None:
    with path.open("rb") as file:
        lines = iter(lambda: file.readline(_CHUNK), b"")
        return next((n for n, line in enumerate(lines, 1) if pattern.search(line)), None)
