"""`feedback import --check`: all that is wrong at once, by what stands in the cells."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback.errors import FeedbackError
from feedback.imports.checking import Checked, check_file
from feedback.imports.mapping_file import read_mapping
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.imports.test_command import run

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def check(folder: Path, *rows: str, header: str = HEADER, mapping: str = MAPPING) -> Checked:
    (folder / "answers.csv").write_text("\n".join([header, *rows, ""]))
    (folder / "mapping.toml").write_text(mapping)
    return check_file(folder / "answers.csv", folder / "mapping.toml", NOW)


def test_a_clean_file_is_told_to_be_so(tmp_path: Path) -> None:
    found = check(tmp_path, *ROWS)
    assert found.is_clean
    assert found.text.splitlines() == [
        "answers.csv: 3 rows, 5 ratings, 1 blank; nothing is wrong with them.",
        "Nothing was stored.",
    ]


def test_what_ends_the_reading_is_told_beside_the_rest(tmp_path: Path) -> None:
    found = check(tmp_path, *ROWS, '4,2024-03-31,,twelve,,"left open,')
    assert not found.is_clean and "line 5" in found.text
    mapping = MAPPING.replace('metric = "csat_5"', 'metric = "csat"')
    both = check(tmp_path, *ROWS, '4,2024-03-31,,9,,"left open,', mapping=mapping)
    assert 'no metric "csat"' in both.text and "line 5" in both.text


BAD = (
    *("7,2024-03-31,,good,,,",) * 30,
    "8,31/03/2024,,twelve,0,,",
    "9,2024-03-31,,good,0,,",
    ",2024-03-31,,99,,,",
    "9,,,good,,,",
    "ragged,row",
)


def test_bad_cells_are_counted_by_what_stands_in_them(tmp_path: Path) -> None:
    found = check(tmp_path, *BAD)
    lines = found.text.splitlines()
    assert not found.is_clean and lines[0].startswith("answers.csv: ")
    assert (
        '  nps is no rating of nps (0 to 10): "good" 32 times, first in line 2; '
        '"twelve" once, first in line 32; "99" once, first in line 34'
    ) in lines
    assert '  help is no rating of csat_5 (1 to 5): "0" 2 times, first in line 32' in lines


def test_each_bad_cell_of_a_row_is_told(tmp_path: Path) -> None:
    row = f",31/03/2024,,twelve,5,{'y' * 10_001},{'x' * 501}"
    told = check(tmp_path, row).text
    for column in ("when", "id", "nps", "plan", "said"):
        assert f"\n  {column} " in told, told


def test_many_different_cells_are_told_in_a_bounded_list(tmp_path: Path) -> None:
    told = check(tmp_path, *[f"{n},2024-03-31,,word{n},,," for n in range(9000)]).text
    assert "and 8980 more such cells" in told and len(told) < 2000


WRONGS = {
    "no metric and no column": (
        MAPPING.replace('metric = "nps"', 'metric = "nsp"').replace('"said"', '"sayd"'),
        ['there is no metric "nsp"', "no column sayd", 'help is no rating of csat_5 (1 to 5): "9"'],
    ),
    "two stages alike": (
        MAPPING.replace('"After-sales"', '"Checkout"'),
        ["named 2 times", 'nps is no rating of nps (0 to 10): "good"'],
    ),
    "a key that is none": (MAPPING.replace("time =", "tyme ="), ["tyme", "not looked at"]),
    "no such zone": (MAPPING.replace("Europe/Paris", "Mars"), ["is no time zone", "not looked at"]),
    "several columns": (
        MAPPING.replace('id = "id"', 'id = "key"').replace('["plan"]', '["tariff", "plan"]'),
        ["no column key", "no column tariff", 'nps is no rating'],
    ),
    "left open": (
        MAPPING.replace('"Europe/Paris"', '"?"').replace('metric = "nps"', 'metric = "?"'),
        ['line 4: time_zone is still "?"', 'metric is still "?"', 'csat_5 (1 to 5): "9" once'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("mapping, told", WRONGS.values(), ids=list(WRONGS))
def test_mapping_and_cells_are_told_together(mapping: str, told: list[str], tmp_path: Path) -> None:
    found = check(tmp_path, "1,2024-03-31,,good,9,,", mapping=mapping)
    assert not found.is_clean
    for part in told:
        assert part in found.text, found.text


def test_the_program_says_by_its_exit_code_whether_it_is_clean(tmp_path: Path) -> None:
    command = ("answers.csv", "--mapping", "mapping.toml", "--check")
    check(tmp_path, *ROWS)
    clean = run(tmp_path, *command)
    assert (clean.returncode, clean.stderr) == (0, "") and "nothing is wrong" in clean.stdout
    check(tmp_path, *BAD)
    bad = run(tmp_path, *command)
    assert (bad.returncode, bad.stderr) == (2, "") and '"good" 32 times' in bad.stdout
    assert list(tmp_path.glob("*.db*")) == []


OPEN = {
    "a zone": (MAPPING.replace('"Europe/Paris"', '"?"'), 'line 4: time_zone is still "?"'),
    "a metric": (MAPPING.replace('"csat_5"', "'?' # csat_5?"), 'line 35: metric is still "?"'),
    "a label": (MAPPING.replace('"Satisfait" = 4', '"Satisfait" = "?"'), "Satisfait is still"),
}


@pytest.mark.parametrize("mapping, said", OPEN.values(), ids=list(OPEN))
def test_a_question_left_open_is_refused_with_its_line(
    mapping: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mapping.toml").write_text(mapping)
    with pytest.raises(FeedbackError) as refused:
        read_mapping(tmp_path / "mapping.toml")
    assert said in refused.value.message and len(refused.value.message.splitlines()) == 1


def test_a_question_mark_in_a_list_or_a_comment_is_no_question(tmp_path: Path) -> None:
    mapping = MAPPING.replace("missing = [11]", 'missing = [11, "?"] # metric = "?"')
    (tmp_path / "mapping.toml").write_text(mapping)
    assert read_mapping(tmp_path / "mapping.toml").ratings[0].missing == (11, "?")
