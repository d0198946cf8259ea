"""Whatever is wrong with a file or its mapping: said with its line, and nothing is stored."""

from pathlib import Path

import pytest
from sqlmodel import select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.mapping_file import read_mapping
from tests.imports.conftest import HEADER, MAPPING, ROWS, Import
from tests.imports.stored import stored_in

BAD_ROWS = {
    "off the scale": ("9,2024-03-31,,12,,,", 'line 2: nps "12" is no rating of nps (0 to 10)'),
    "half a point": ("9,2024-03-31,,7.5,,,", 'line 2: nps "7.5" is no rating'),
    "a word": ("9,2024-03-31,,good,,,", 'line 2: nps "good" is no rating'),
    "below the scale": ("9,2024-03-31,,,0,,", 'line 2: help "0" is no rating of csat_5 (1 to 5)'),
    "no such day": ("9,2024-02-30,,9,,,", 'line 2: when "2024-02-30" is no date'),
    "day before month": ("9,31/03/2024,,9,,,", 'line 2: when "31/03/2024" is no date'),
    "no date": ("9,,,9,,,", 'line 2: when "" is no date: the cell is empty'),
    "a time to come": ("9,2924-03-31,,9,,,", 'line 2: when "2924-03-31" is in the future'),
    "before computers": ("9,1924-03-31,,9,,,", 'line 2: when "1924-03-31" is before 1970'),
    "no id": (",2024-03-31,,9,,,", 'line 2: id "" is empty'),
    "ragged": ("9,2024-03-31,,9", "line 2: 4 cells where the header has 7"),
    "too many cells": ("9,2024-03-31,,9,,,,,8", "line 2: 9 cells where the header has 7"),
}
LONG_TEXTS = {
    "a comment": (f"9,2024-03-31,,9,,{'x' * 10_001},free", "line 2: said"),
    "a property": (f"9,2024-03-31,,9,,{'x' * 10_000},{'y' * 501}", "line 2: plan"),
}


@pytest.mark.parametrize(
    "row, said",
    [*BAD_ROWS.values(), *LONG_TEXTS.values()],
    ids=[*BAD_ROWS, *LONG_TEXTS],
)
async def test_it_names_the_line_the_column_and_the_cell(
    row: str, said: str, import_rows: Import, database: Database
) -> None:
    with pytest.raises(FeedbackError) as refused:
        await import_rows(row, *ROWS)
    assert said in refused.value.message and refused.value.exit_code == 2
    assert "1 problem, nothing was stored" in refused.value.message
    async with database.read() as session:
        assert (await session.exec(select(Workspace))).all() == []


@pytest.mark.parametrize("row", [row for row, _ in BAD_ROWS.values()], ids=list(BAD_ROWS))
async def test_skipped_it_is_counted_and_the_rest_is_stored(
    row: str, import_rows: Import, database: Database
) -> None:
    result = await import_rows(row, *ROWS, skip_bad=True)
    assert (result.stored, result.skipped) == (5, 1)
    assert (await stored_in(database)).rollup_agrees


@pytest.mark.parametrize("row, said", LONG_TEXTS.values(), ids=list(LONG_TEXTS))
async def test_a_long_text_never_costs_the_rating_beside_it(
    row: str, said: str, import_rows: Import, database: Database
) -> None:
    result = await import_rows(row, *ROWS, skip_bad=True)
    assert (result.stored, result.skipped) == (6, 1) and said in result.problems[0]
    (kept,) = [r for r in (await stored_in(database)).responses if r.rating == 9]
    assert kept.comment == "x" * 10_000
    assert kept.properties == (None if "y" in row else {"plan": "free"})


async def test_it_tells_twenty_lines_and_how_many_more(import_rows: Import) -> None:
    with pytest.raises(FeedbackError) as refused:
        await import_rows(*[f"{n},2024-03-31,,99,,," for n in range(50)])
    lines = refused.value.message.splitlines()
    assert lines[0].startswith("answers.csv: 50 problems, nothing was stored.")
    assert lines[1].strip().startswith("line 2:") and lines[20].strip().startswith("line 21:")
    assert lines[21].strip() == "and 30 more" and len(lines) == 22


CONTENTS = {
    "a column missing": (b"id,when,who,nps,said,plan\n", "The file has no column help. Its col"),
    "a column twice": ((HEADER + ",nps\n").encode(), "The file has 2 columns called nps."),
    "UTF-32": ("\n".join([HEADER, *ROWS]).encode("utf-32"), "is not a text file"),
    "NUL": ((HEADER + "\n1,2024-01-01,,9,,a\0b,\n").encode(), "is not a text file"),
    "no known encoding": (HEADER.encode() + b"\n1,2024-01-01,,9,,\x81\xff,\n", "neither UTF-8 nor"),
    "a quote left open": ((HEADER + '\n1,2024-01-01,,9,,"open,\n').encode(), "line 2"),
    "a cell of a megabyte": (
        (HEADER + f'\n1,2024-01-01,,9,,"{"x" * 1_000_000}",\n').encode(),
        "line 2: field larger than field limit",
    ),
    "a header alone": (HEADER.encode(), "holds no rating"),
    "blanks alone": ((HEADER + "\n1,2024-01-01,,,,,\n").encode(), "holds no rating"),
}


@pytest.mark.parametrize("content, said", CONTENTS.values(), ids=list(CONTENTS))
async def test_a_file_that_cannot_be_read_is_refused(
    content: bytes, said: str, import_rows: Import, database: Database
) -> None:
    with pytest.raises(FeedbackError) as refused:
        await import_rows(content=content)
    assert said in refused.value.message and refused.value.exit_code == 2
    async with database.read() as session:
        assert (await session.exec(select(Workspace))).all() == []


async def test_a_thousand_columns_are_too_many_properties(import_rows: Import) -> None:
    names = ",".join(f"p{n}" for n in range(1000))
    mapping = MAPPING.replace('properties = ["plan"]', 'properties = "*"')
    with pytest.raises(FeedbackError, match="takes 1001 columns as properties, at most 50"):
        await import_rows("1,2024-01-01,,9,,,," + "," * 999, header=f"{HEADER},{names}",
                          mapping=mapping)  # fmt: skip


async def test_a_thousand_columns_that_nobody_asks_for_do_no_harm(import_rows: Import) -> None:
    names = ",".join(f"p{n}" for n in range(1000))
    row = "1,2024-01-01,,9,,,," + "," * 999
    assert (await import_rows(row, header=f"{HEADER},{names}")).stored == 1


async def test_windows_text_is_read(import_rows: Import, database: Database) -> None:
    row = "1,2024-01-01,,9,Très satisfait,Déçu,"
    await import_rows(content=f"{HEADER}\r\n{row}\r\n".encode("cp1252"))
    found = await stored_in(database)
    assert "Déçu" in [r.comment for r in found.responses]
    assert found.counts["Help"] == {5: 1}


async def test_a_missing_file_is_refused(settings: object, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match=r"Cannot read .*No such file"):
        read_mapping(tmp_path / "nowhere.toml")


MAPPINGS = {
    "not TOML": ("[workspace\n", "is not valid TOML: .*line 1"),
    "unknown metric": (
        MAPPING.replace('metric = "nps"', 'metric = "nsp"'),
        r'ratings\]\] nps: there is no metric "nsp"; the metrics are nps, csat_5',
    ),
    "unknown stage": (
        MAPPING.replace('stage = "After-sales"', 'stage = "After sale"'),
        'help: there is no stage "After sale"; the stages are Checkout, After-sales',
    ),
    "a touchpoint nowhere": (
        MAPPING.replace('touchpoint = "Payment"', 'touchpoint = "Pay"'),
        'no stage lists the touchpoint "Pay"',
    ),
    "unknown key": (MAPPING.replace("missing =", "mising ="), r"number 1 \(nps\).*mising"),
    "a key left out": (MAPPING.replace('time = "when"', ""), "rows: .*missing.*time"),
    "no time zone": (
        MAPPING.replace("Europe/Paris", "Europe/Nowhere"),
        '"Europe/Nowhere" is no time zone',
    ),
    "a zone outside": (MAPPING.replace("Europe/Paris", "../etc/passwd"), "is no time zone"),
    "a label off the scale": (
        MAPPING.replace('"Satisfait" = 4', '"Satisfait" = 9'),
        "a label stands for 9, which is off the scale of csat_5",
    ),
    "two questions in one": (
        MAPPING.replace('"help"\nstage = "After-sales"\ntouchpoint = "Help"\nmetric = "csat_5"',
                        '"help"\ntouchpoint = "Payment"\nmetric = "nps"').replace(
            'labels = { "Très satisfait" = 5, "Satisfait" = 4 }', ""),
        'nps and help are two questions with one metric at "Payment"',
    ),
    "no ratings": (MAPPING.split("[[ratings]]")[0], "missing required field ratings"),
    "stage twice": (MAPPING.replace('name = "After-sales"', 'name = "Checkout"'), "named 2 times"),
    "unknown place": (MAPPING.replace('place = "app"', 'place = "moon"'), 'place "moon" is not'),
    "NUL": (MAPPING.replace("Would you", r"Would\u0000you"), "holds a NUL character"),
    "a target beyond all scores": (MAPPING.replace("40.0", "400"), "target.*<= 100"),
    "no number for a target": (MAPPING.replace("40.0", "nan"), "target"),
    "an endless question": (MAPPING.replace("Would you", "Would you " * 40), "question.*<= 300"),
    "unknown headline": (MAPPING.replace('headline = "nps"', 'headline = "mood"'), "no metric"),
}  # fmt: skip


@pytest.mark.parametrize("mapping, said", MAPPINGS.values(), ids=list(MAPPINGS))
def test_a_mapping_is_refused_with_what_would_be_right(
    mapping: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mapping.toml").write_text(mapping)
    with pytest.raises(FeedbackError, match=said) as refused:
        read_mapping(tmp_path / "mapping.toml")
    assert refused.value.message.startswith("mapping.toml") and refused.value.exit_code == 2


def test_a_mapping_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_bytes(b"[workspace]\nname = '\xff'\n")
    with pytest.raises(FeedbackError, match="line 2: it is not UTF-8"):
        read_mapping(tmp_path / "mapping.toml")


LONG = MAPPING.replace('column = "nps"\n', 'column = "nps"\nwhen = { plan = "pro" }\n').replace(
    'column = "help"\n', 'column = "help"\nwhen = { plan = ["free", "trial"] }\n'
)


async def test_a_row_for_no_survey_is_named(import_rows: Import, database: Database) -> None:
    rows = ["1,2024-01-01,,9,,,pro", "2,2024-01-01,,,4,,Free", "3,2024-01-01,,9,,,gold"]
    with pytest.raises(FeedbackError, match="line 4: no .*ratings.* is for this row"):
        await import_rows(*rows, mapping=LONG)
    await import_rows(*rows, mapping=LONG, skip_bad=True)
    assert (await stored_in(database)).counts == {"Payment": {9: 1}, "Help": {4: 1}}


NAMED = MAPPING.replace('touchpoint = "Payment"\n', 'touchpoint = { column = "plan" }\n')


async def test_a_touchpoint_nobody_listed_is_named(import_rows: Import) -> None:
    with pytest.raises(FeedbackError, match='line 2: plan "Cart" is no touchpoint'):
        await import_rows("1,2024-01-01,,9,,,Cart", mapping=NAMED)


@pytest.mark.parametrize("comment", ['comment = "said"\n', ""], ids=["comments", "none"])
async def test_a_wrong_row_changes_nothing_of_those_around_it(
    comment: str, import_rows: Import, database: Database
) -> None:
    times = [f"2024-03-{n % 28 + 1:02d} 10:{n:02d}" for n in range(40)]
    rows = [f"{n},{at},p{n % 7},{n % 12},{n % 6},," for n, at in enumerate(times)]
    wrong = ["40,2024-03-31,,twelve,5,,", ",2024-03-31,,9,5,,", "41,soon,,9,5,,", "42,2024-03-31"]
    mixed = [*rows[:20], *wrong, *rows[20:]]
    missing = "\nmissing = [0]\nlabels"
    mapping = MAPPING.replace("\nlabels", missing).replace('comment = "said"\n', comment)
    result = await import_rows(*mixed, mapping=mapping, skip_bad=True)
    assert result.skipped == 4 and [line.split(":")[0] for line in result.problems] == [
        "line 22", "line 23", "line 24", "line 25",
    ]  # fmt: skip
    alone = await import_rows(*rows, mapping=mapping, name="others.csv")
    assert (alone.stored, alone.already_stored) == (0, result.stored - 1)  # that of line 22
    assert alone.blank == result.blank > 0 and (await stored_in(database)).rollup_agrees


async def test_no_file_goes_into_an_anonymous_survey(
    import_rows: Import, database: Database
) -> None:
    await import_rows(*ROWS)
    async with database.write() as session:
        for survey in (await stored_in(database)).surveys:
            (await session.merge(survey)).is_anonymous = True
    before = await stored_in(database)
    with pytest.raises(FeedbackError, match="“Payment” is anonymous: the rows of a file"):
        await import_rows("9,2024-05-02,zoe,6,3,,pro")
    after = await stored_in(database)
    assert (after.counts, after.submissions) == (before.counts, before.submissions)
