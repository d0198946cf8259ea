"""Files as form tools, spreadsheets and people leave them: read rightly, or refused by name."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from feedback.errors import FeedbackError
from feedback.offline.tables import open_table
from tests.imports.reading import Answer, mapping, read, workbook

ROWS = 'time = "when"\nid = "id"'
NOON = "2024-01-05 12:00:00"
ONE: list[Answer] = [(NOON, 9)]
QUESTION = "De 0 à 10, quelle est la probabilité, selon vous, que vous nous recommandiez ?"
QUALTRICS = (
    "EndDate,Status,ResponseId,score\n"
    "End Date,Response Type,Response ID,Would you recommend us?\n"
    '"{""ImportId"":""endDate"",""timeZone"":""America/Denver""}",'
    '"{""ImportId"":""status""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
)
BY_END = 'time = "EndDate"\nid = "ResponseId"'
DENVER = [("2024-02-01 07:29:49", 9)]

# What it is: the file, the mapping's rows, the column of ratings, what is wanted.
READ: dict[str, tuple[str | bytes, str, str, list[Answer]]] = {
    "commas in the header, semicolons between": (
        f"id;when;{QUESTION};x\n1;2024-01-05;9;a\n", ROWS, QUESTION, ONE),
    "commas in the header, tabs between": (
        "id\twhen\tHow likely, overall, is it\n1\t2024-01-05\t9\n",
        ROWS, "How likely, overall, is it", ONE),
    "commas in every cell, semicolons between": (
        "id;when;score\n1,5;2024-01-05;9,0\n2,5;2024-01-06;3,00\n",
        ROWS, "score", [*ONE, ("2024-01-06 12:00:00", 3)]),
    "as many commas as semicolons": ("when;score, 0-10\n2024-01-05;9,0\n", 'time = "when"',
        "score, 0-10", ONE),
    "bars between": ("id|when|score\n1|2024-01-05|9\n", ROWS, "score", ONE),
    "the separator said": ("id:when:score\n1:2024-01-05:9\n", f'{ROWS}\nseparator = ":"', "score",
        ONE),
    "sep=;": ("sep=;\nid;when;score\n1;2024-01-05;9\n", ROWS, "score", ONE),
    "sep= as a spreadsheet saves it": ('"sep=,",,\nid,when,score\n1,2024-01-05,9\n', ROWS, "score",
        ONE),
    "a title": ("NPS report 2024\n\nid,when,score\n1,2024-01-05,9\n", ROWS, "score", ONE),
    "a title without a blank line": ("NPS 2024,,\nid,when,score\n1,2024-01-05,9\n", ROWS, "score",
        ONE),
    "a title, an author and a period": (
        "NPS report, 2024\nBy:,Ana\n\nid,when,score\n1,2024-01-05,9\n", ROWS, "score", ONE),
    "lines above that look like rows": (
        "a,b,c\n1,2,3\nid,when,score\n1,2024-01-05,9\n", f"{ROWS}\nskip_lines = 2", "score", ONE),
    "a nameless first column": (",when,score\n0,2024-01-05,9\n", 'time = "when"', "score", ONE),
    "a line break in the header": ('id,when,"How likely\r\nto recommend?"\r\n1,2024-01-05,9\r\n',
        ROWS, "How likely\nto recommend?", ONE),
    "a space that does not break": ('id,when,"Note\u00a0: 0-10"\n1,2024-01-05,9\n', ROWS,
        "Note : 0-10", ONE),
    "an accent in two pieces": ("id,when,Re\u0301ponse\n1,2024-01-05,9\n", ROWS, "Réponse", ONE),
    "a curled apostrophe": ("id,when,L’avis\n1,2024-01-05,9\n", ROWS, "l'avis", ONE),
    "a name that is there twice": ("id,when,score,score\n1,2024-01-05,9,4\n", ROWS, "score (2)",
        [(NOON, 4)]),
    "SurveyMonkey": (
        "id,when,How likely?,How satisfied are you with:,\n,,Response,Price,score\n"
        "1,2024-01-05,3,4,9\n", ROWS, "score", ONE),
    "SurveyMonkey, by question and part": (
        "id,when,How likely?,How satisfied are you with:,\n,,Response,Price,Help\n"
        "1,2024-01-05,3,4,9\n", ROWS, "How satisfied are you with: / Help", ONE),
    "SurveyMonkey, a column a choice": (
        "id,when,score,Why?,What did you like?,,\n"
        ",,Response,Open-Ended Response,Price,Help,Other (please specify)\n"
        "1,2024-01-05,9,x,Price,,y\n2,2024-01-05,9,,Price,Help,\n", ROWS, "score", ONE * 2),
    "words that look like a second line": (
        "who,when,said,,score\nann,2024-01-05,Good,x,9\n,2024-01-05,Good,y,9\n", 'time = "when"',
        "score", ONE * 2),
    "SurveyMonkey, condensed": ("id,when,score\n,,Response\n1,2024-01-05,9\n", ROWS, "score", ONE),
    "an answer that looks like a second line": (
        "who,when,score,\nann,2024-01-05,9,x\n,2024-01-05,9,Fine\n", 'time = "when"', "score",
        ONE * 2),
    "three lines, said": ("A,,B\na,,b\nid,when,score\n1,2024-01-05,9\n",
        f"{ROWS}\nheader_rows = 3", "score", ONE),
    "Qualtrics and its previews": (
        QUALTRICS + "2024-01-31 23:29:49,IP Address,R_a,9\n2024-01-15 08:28:48,Survey Preview,R_b,0"
        "\n2024-01-16 08:28:48,IP Address,R_c,\n", BY_END, "score", DENVER),
    "Qualtrics, by the question's words": (
        QUALTRICS + "2024-01-31 23:29:49,IP Address,R_a,9\n", BY_END, "Would you recommend us?",
        DENVER),
    "Qualtrics in numbers": (
        QUALTRICS + "2024-01-31 23:29:49,0,R_a,9\n2024-01-15 08:28:48,1,R_b,0\n", BY_END, "score",
        DENVER),
    "previews kept": (
        "id,when,Status,score\n1,2024-01-05,Survey Preview,9\n", f"{ROWS}\npreviews = true",
        "score", ONE),
    "previews said": ("id,when,kind,score\n1,2024-01-05,real,9\n2,2024-01-05,Trial,1\n",
        f'{ROWS}\npreviews = {{ kind = ["trial"] }}', "score", ONE),
    "Qualtrics without its lines, by channel": (
        "id,when,DistributionChannel,score\n1,2024-01-05,email,9\n2,2024-01-05,preview,0\n",
        ROWS, "score", ONE),
    "a state called test is no preview": ("id,when,Status,score\n1,2024-01-05,test,9\n", ROWS,
        "score", ONE),
    "a state of 1 is no preview": ("id,when,Status,score\n1,2024-01-05,1,9\n", ROWS, "score", ONE),
    "rows of nothing": ("id,when,score\n1,2024-01-05,9\n,,\n  , ,\n,,\n", ROWS, "score", ONE),
    "rows that answer nothing": ("id,when,score\n2,,\n1,2024-01-05,9\n,,  \n3,soon,\n", ROWS,
        "score", ONE),
    "no date, one stated": ("id,score\n1,9\n", 'time = "2024-01-05"\nid = "id"', "score", ONE),
    "UTC by the column's name": ("id,Submit Date (UTC),score\n1,2024-01-05 11:00,9\n",
        'time = "Submit Date (UTC)"\nid = "id"', "score", ONE),
    "an offset by the column's name": ("id,Date (UTC+02:00),score\n1,2024-01-05 13:00,9\n",
        'time = "Date (UTC+02:00)"\nid = "id"', "score", ONE),
    "a day of a column in UTC": ("id,Date (UTC),score\n1,2024-01-05,9\n",
        'time = "Date (UTC)"\nid = "id"', "score", ONE),
    "JSON": ('[{"id": 1, "person": {"when": "2024-01-05"}, "score": 9}, {"id": 2}]',
        'time = "person.when"\nid = "id"', "score", ONE),
    "JSON, an object a line": ('{"id": 1, "when": "2024-01-05"}\n'
        '{"id": 2, "when": "2024-01-05", "score": 9.0}\n', ROWS, "score", ONE),
    "JSON, pages of an API": (
        '{"n": 1, "data": [{"id": "a", "when": "2024-01-05", "data": {"q": 9}}], "next": null}\n'
        '{"data": []}', ROWS, "data.q", ONE),
    "PostHog, events with a column of JSON": (
        'event,timestamp,properties\n'
        'survey sent,2024-01-05T11:01:00Z,"{""$sid"": ""a"", ""$survey_response"": ""9""}"\n'
        'survey sent,2024-01-05T11:00:00Z,"{""$sid"": ""a"", ""$survey_response"": ""3""}"\n'
        'survey shown,2024-01-05T10:59:00Z,"{""$sid"": ""a""}"\n'
        'survey shown,2024-01-05T10:59:00Z,\n',
        'time = "timestamp"\nsubmission = "properties.$sid"', "properties.$survey_response", ONE),
    "the last message, newest first": (
        "id,when,score\na,2024-01-05 12:01,9\nb,2024-01-05 12:00,3\na,2024-01-05 12:00,1\n",
        'time = "when"\nsubmission = "id"', "score", [(NOON, 9), (NOON, 3)]),
    "a last message without a rating": (
        "id,when,score\na,2024-01-05 12:00,9\na,2024-01-05 12:09,\n",
        'time = "when"\nsubmission = "id"', "score", ONE),
    "a workbook's title and merged header": (
        workbook([["NPS 2024"], ["id", "when", "Satisfaction", None],
                  [None, None, "Price", "score"], [1, date(2024, 1, 5), 4, 9]], "C2:D2"),
        ROWS, "score", ONE),
    "a workbook's dates, though a format is said": (
        workbook([["id", "when", "score"], [1, datetime(2024, 1, 5, 12, 0), 9]]),
        f'{ROWS}\ntime_format = "%d/%m/%Y %H:%M"', "score", ONE),
    "a workbook's dates and years in front": (
        workbook([["id", "when", "score"], [1, date(2024, 1, 5), 9], [2, "2024/1/5", 9]]),
        ROWS, "score", ONE * 2),
    "a workbook's serial number": (workbook([["id", "when", "score"], [1, 45296.5, 9]]), ROWS,
        "score", ONE),
}  # fmt: skip


@pytest.mark.parametrize(("content", "rows", "column", "wanted"), READ.values(), ids=list(READ))
def test_it_reads(
    content: str | bytes, rows: str, column: str, wanted: list[Answer], tmp_path: Path
) -> None:
    assert read(written(tmp_path, content), mapping(rows, column)) == wanted


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "answers.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("title", ["", "Été 2024 – avis\r\n\r\n"], ids=["plain", "title"])
def test_it_reads_every_encoding_with_every_separator(
    encoding: str, separator: str, title: str, tmp_path: Path
) -> None:
    rows = (["id", "Répondu à", "score", "dit"], ["1", "2024-01-05", "9", "Déçu, très ; déçu"],
            ["2", "5 janv. 2024", "9", "“Ça va”"])  # fmt: skip
    quoted = (separator.join(f'"{cell}"' for cell in row) for row in rows)
    file = written(tmp_path, (title + "\r\n".join(quoted)).encode(encoding))
    assert read(file, mapping('time = "répondu à"\nid = "id"\ncomment = "dit"')) == ONE * 2
    assert [row.cells[3] for row in open_table(file).rows()] == ["Déçu, très ; déçu", "“Ça va”"]


# What it is: the file, the mapping's rows, what is said.
REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "a name that is there twice": (
        "id,when,score,score\n1,2024-01-05,9,4\n", ROWS, r"Write score \(1\) or score \(2\)"),
    "two questions of a matrix in one name": (
        "id,when,score,\n,,Price,Help\n1,2024-01-05,4,9\n", ROWS, "score / Price or score / Help"),
    "no date": ("id,score\n1,9\n", ROWS, 'no column when.*state one .*time = "2024-05-08"'),
    "day or month": ("id,when,score\n1,05/01/2024,9\n", ROWS, 'day first, or its month.*%d/%m/%Y'),
    "a workbook of dates and texts": (
        workbook([["id", "when", "score"], [1, datetime(2024, 4, 3), 9], [2, "13/04/2024", 3]]),
        ROWS, 'a date in some rows .* text in others .*the day for the month'),
    "the same though a format is said": (
        workbook([["id", "when", "score"], [1, "13/04/2024", 3], [2, datetime(2024, 4, 3), 9]]),
        f'{ROWS}\ntime_format = "%d/%m/%Y"', "a date in some rows"),
    "a zone of somewhere else": (
        "id,when,score\n1,2024-01-05 10:00 CST,9\n", ROWS, "names the zone CST, which is none of"),
    "half an hour by the column's name": (
        "id,Date (UTC+05:30),score\n1,2024-01-05 13:00,9\n",
        'time = "Date (UTC+05:30)"\nid = "id"', "cannot be read from its name"),
    "Polish letters": (
        "id,when,score,x\n1,2024-01-05,9,obsługa\n".encode("cp1250"), ROWS, "cp1251"),
    "Cyrillic letters": (
        "id,when,score,x\n1,2024-01-05,9,Привет\n".encode("cp1251"), ROWS, "encoding = \"cp1251\""),
    "an old Mac's letters": (
        "id,when,score,x\n1,2024-01-05,9,bébé\n".encode("mac_roman"), ROWS, "mac_roman"),
    "UTF-8 but for one line": (
        "id,when,score,x\n1,2024-01-05,9,déçu\n".encode() + "2,2024-01-05,9,né\n".encode("cp1252"),
        ROWS, "line 3: not UTF-8 text, though line 2 is"),
    "no rating among zeros": ("id;when;score\n1;2024-01-05;9,5\n", ROWS, '"9,5" is no rating'),
    "a thousand": ("id;when;score\n1;2024-01-05;1,000\n", ROWS, '"1,000" is no rating'),
    "a rating without a submission": (
        "id,when,score\n,2024-01-05,9\n", 'time = "when"\nsubmission = "id"', "is empty"),
    "a dot in a name that is not there": (
        "Q1,when,score\n1,2024-01-05,9\n", 'time = "when"\nid = "Q1.a"', "no column Q1.a"),
    "broken JSON in a cell": (
        'score,when,p\n9,2024-01-05,"{""id"": 9"\n', 'time = "when"\nid = "p.id"',
        "line 2: broken JSON in a cell"),
    "broken JSON": ('[{"id": 1, "when": "2024-01-05", "score": 9}, {"id":', ROWS,
        "after row 1: broken JSON"),
    "JSON of no objects": ("[]", ROWS, "holds no objects"),
}  # fmt: skip


@pytest.mark.parametrize("skip_bad", [False, True], ids=["all", "skipping"])
@pytest.mark.parametrize(("content", "rows", "said"), REFUSED.values(), ids=list(REFUSED))
def test_it_refuses(
    content: str | bytes, rows: str, said: str, skip_bad: bool, tmp_path: Path
) -> None:
    """What one cell alone is wrong in is left out by --skip-bad; of the rest nothing is stored."""
    file = written(tmp_path, content)
    try:
        stored = read(file, mapping(rows), skip_bad=skip_bad)
    except FeedbackError as error:
        assert re.search(said, error.message)
    else:
        assert skip_bad and stored == []


def test_a_mapping_says_an_encoding(tmp_path: Path) -> None:
    file = written(tmp_path, "id,when,Оценка\n1,2024-01-05,9\n".encode("cp1251"))
    assert read(file, mapping(f'{ROWS}\nencoding = "cp1251"', "оценка")) == ONE


WORDS = 'missing = ["N/A", "Don\'t know", 99, -1]\nlabels = { "10 - Extremely likely" = 10 }'


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("n/a", None), ("Don’t  KNOW", None), ("99.0", None), ("99,0", None), ("−1", None),
     ("10 – Extremely\u00a0likely", 10), ("10 - EXTREMELY LIKELY", 10), ("９", 9), ("8.0", 8),
     ("NA", ...), ("-", ...), ("NULL", ...), ("nan", ...), ("10 - Extremely", ...)],
)  # fmt: skip
def test_a_word_is_known_however_it_is_written(cell: str, wanted: object, tmp_path: Path) -> None:
    file = written(tmp_path, f"id;when;score\n1;2024-01-05;{cell}\n2;2024-01-05;1\n")
    said = mapping(ROWS, more=WORDS)
    if wanted is ...:
        with pytest.raises(FeedbackError, match="is no rating"):
            read(file, said)
        return
    ratings = [rating for _, rating in read(file, said)]
    assert ratings == ([1] if wanted is None else [wanted, 1])
