"""An XLSX file, written row by row: nothing of it is kept in memory, nor on any disk.

By hand: the library that reads such files lays each sheet down as a temporary file, where a killed
process leaves people's answers behind, and takes many times as long.
"""

import io
import re
from collections.abc import Iterable, Sequence
from math import isfinite
from zipfile import ZIP_DEFLATED, ZipFile

# As far as spreadsheet programs go.
MOST_ROWS = 1_048_576
MOST_LETTERS = 32_767
_EXACT = 10**15  # whole numbers from here on lose digits there

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TOP = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)
_END = "</sheetData></worksheet>"
# The second way to write a cell is the one of a text typed after a ': without it, who opens a
# cell that reads =1+1 and presses Enter has made a formula of it.
_XF = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {_XF}/></cellStyleXfs>'
    f'<cellXfs count="2"><xf {_XF} xfId="0"/><xf {_XF} xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)

# What XML cannot hold, and what a reader of XLSX would take for one of these, written otherwise.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Workbook:
    """Rows go in by `add`; what of the file is ready comes out by `take`, the rest by `end`.

    >>> book = Workbook(["name", "n"])
    >>> book.add([["=1+1", 9]])
    >>> book.end()[:2]
    b'PK'
    """

    def __init__(self, head: Sequence[str], *, most_rows: int = MOST_ROWS) -> None:
        self._head, self._most = head, most_rows
        self._out = _Unseekable()
        self._zip = ZipFile(self._out, "w", ZIP_DEFLATED)
        self._sheets = self._rows = 0
        self._begin_sheet()

    def add(self, rows: Iterable[Iterable[object]]) -> None:
        """None stays empty, a number stays one, all else is text and nothing but text.

        A sheet that is full is followed by another one.
        """
        for row in rows:
            if self._rows == self._most:
                self._end_sheet()
                self._begin_sheet()
            self._write(row)

    def take(self) -> bytes:
        return self._out.take()

    def end(self) -> bytes:
        """The rest of the file. Nothing can be added after it."""
        self._end_sheet()
        for name, text in _parts(self._sheets):
            self._zip.writestr(name, text)
        self._zip.close()
        return self.take()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._rows = 0
        self._sheet = self._zip.open(_sheet(self._sheets), "w")
        self._sheet.write(_TOP.encode())
        if self._head:
            self._write(self._head)

    def _write(self, row: Iterable[object]) -> None:
        self._rows += 1
        self._sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())

    def _end_sheet(self) -> None:
        self._sheet.write(_END.encode())
        self._sheet.close()


class _Unseekable(io.RawIOBase):
    """Where a ZIP file is written to from front to back, and taken away in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _cell(value: object) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int) and abs(value) < _EXACT:
        return f"<c><v>{value}</v></c>"
    if isinstance(value, float) and isfinite(value):
        return f"<c><v>{value!r}</v></c>"
    return f'<c s="1" t="inlineStr"><is><t xml:space="preserve">{_text(str(value))}</t></is></c>'


def _text(text: str) -> str:
    if len(text) > MOST_LETTERS:
        text = f"{text[: MOST_LETTERS - 1]}…"
    text = _ESCAPE.sub("_x005F_", _UNWRITABLE.sub("\ufffd", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _parts(sheets: int) -> list[tuple[str, str]]:
    numbers = range(1, sheets + 1)
    kinds = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    kinds += [(f"/{_sheet(n)}", "worksheet") for n in numbers]
    types = "".join(
        f'<Override PartName="{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in kinds
    )
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = [_relation(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    related.append(_relation(sheets + 1, "styles", "styles.xml"))
    return [
        ("xl/styles.xml", _STYLES),
        (
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f"<sheets>{listed}</sheets></workbook>",
        ),
        ("xl/_rels/workbook.xml.rels", _relations(*related)),
        ("_rels/.rels", _relations(_relation(1, "officeDocument", "xl/workbook.xml"))),
        (
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        ),
    ]


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(*related: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{"".join(related)}</Relationships>'
