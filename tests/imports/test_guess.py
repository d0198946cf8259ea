"""`feedback import --guess`: it says what is certain, asks the rest, and quotes nobody."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedback.errors import FeedbackError
from feedback.imports.guessing.guess import guess_file
from feedback.imports.guessing.write import write_mapping
from tests.imports.test_command import run

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def guessed(folder: Path, *lines: str) -> str:
    (folder / "answers.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return write_mapping(guess_file(folder / "answers.csv", NOW))


def parts(folder: Path, *lines: str) -> dict[str, Any]:
    return tomllib.loads(guessed(folder, *lines))


def column(folder: Path, question: str, *cells: object) -> dict[str, Any]:
    """What is guessed of a column of these cells, one a day."""
    rows = [f'{n},2024-01-{n % 28 + 1:02},"{cell}"' for n, cell in enumerate(cells)]
    (rating,) = parts(folder, f'id,when,"{question}"', *rows)["ratings"]
    return dict(rating)


def test_the_program_prints_it_and_makes_no_database(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("id,when,Would you recommend us?\n1,2024-01-02,10\n")
    told = run(tmp_path, "answers.csv", "--guess")
    assert (told.returncode, told.stderr) == (0, "")
    assert tomllib.loads(told.stdout)["rows"] == {"time": "when", "id": "id"}
    assert [path.name for path in tmp_path.iterdir()] == ["answers.csv"]
    (tmp_path / "map.toml").write_text(told.stdout)
    refused = run(tmp_path, "answers.csv", "--mapping", "map.toml")
    assert refused.returncode == 2 and 'time_zone is still "?"' in refused.stderr


@pytest.mark.parametrize("more", [["--mapping", "map.toml"], ["--check"]], ids=" ".join)
def test_guessing_takes_a_file_alone(more: list[str], tmp_path: Path) -> None:
    refused = run(tmp_path, "answers.csv", "--guess", *more)
    assert refused.returncode == 2 and "--guess takes a file alone" in refused.stderr


ASKED = "How satisfied are you (1-5)?"
SCALES = {
    "nps": ("Would you recommend us?", [0, 5, 9, 10], "nps"),
    "nps that says its scale": ("Would you recommend us (0-10)?", [6, 9, 10], "nps"),
    "nps of five steps": ("Would you recommend us?", [1, 2, 3, 4, 5] * 20, "?"),
    "nps on 1 to 10": ("Would you recommend us?", [1, 5, 9, 10] * 20, "?"),
    "nps without a 0 among many": ("Would you recommend us?", [2, 5, 9, 10] * 40, "?"),
    "nps that holds 5 at most": ("Would you recommend us (0-10)?", [0, 3, 5], "?"),
    "a scale that the cells leave": ("Would you recommend us (1-5)?", [0, 9, 10], "?"),
    "satisfied, stated": (ASKED, [4, 5], "csat_5"),
    "satisfied, many": ("How satisfied are you?", [1, 2, 3, 4, 5] * 10, "csat_5"),
    "satisfied, few": ("How satisfied are you?", [4, 5], "?"),
    "satisfied to four": ("How satisfied are you?", [1, 2, 3, 4] * 20, "?"),
    "satisfied from 0": ("How satisfied are you?", [0, 5, 10] * 20, "?"),
    "zufrieden": ("Wie zufrieden sind Sie?", [1, 2, 3, 4, 5] * 20, "?"),
    "the first is best": ("How satisfied (1 = very satisfied, 5 = not)?", [1, 5] * 20, "?"),
    "easy of seven": ("It was easy (1-7)", [1, 7], "ces_ease_7"),
    "easy, few": ("It was easy", [1, 5], "?"),
    "effort": ("How much effort was it (1-5)?", [1, 5], "?"),
    "not plain": ("Score", [0, 10, 5], "?"),
    "words": (ASKED, ["Very satisfied", "Neutral", "Dissatisfied"], "csat_5"),
    "words turned round by numbers": (ASKED, ["1 - very good", "5 - very bad", "3"], "?"),
    "the last is worst": (ASKED, ["4 - good", "5 - very bad", "3"], "?"),
    "good is of many scales": (ASKED, ["Excellent", "Good", "Poor", "Good"], "?"),
    "words of its own": ("How would you rate the food?", ["Yum!", "Edible", "Yum!"], "?"),
    "two questions in one": ("Satisfied, and would you recommend us?", [0, 10] * 30, "?"),
    "an adviser is no advice": ("Note du conseiller", [0, 10] * 30, "?"),
    "two words": ("How satisfied are you?", ["Satisfied", "Dissatisfied"], "?"),
    "words of seven": (ASKED, ["Very satisfied", "Satisfied", "Somewhat satisfied"], "?"),
}


@pytest.mark.parametrize("question, cells, metric", SCALES.values(), ids=list(SCALES))
def test_a_scale_is_said_where_no_other_is_possible(
    question: str, cells: list[object], metric: str, tmp_path: Path
) -> None:
    assert column(tmp_path, question, *cells)["metric"] == metric


def test_a_code_off_the_scale_is_asked_and_a_word_for_none_is_taken(tmp_path: Path) -> None:
    question = "Would you recommend us?"
    assert column(tmp_path, question, 0, 9, 10, 11)["missing"] == "?"
    assert column(tmp_path, question, 0, 9, 10, "k.A.", "N/A")["missing"] == ["k.A.", "N/A"]


def test_a_word_that_is_not_known_is_asked(tmp_path: Path) -> None:
    cells = ("Very satisfied", "Satisfied", "Dissatisfied", "Over the moon")
    found = column(tmp_path, ASKED, *cells)
    assert found["metric"] == "?" and found["labels"] == {
        "Very satisfied": 5, "Satisfied": 4, "Dissatisfied": 2, "Over the moon": "?",
    }  # fmt: skip


TIMES = {
    "year first": (["2024-01-02", "2024-02-03 10:00"], None),
    "day first, by one day": (["05/01/2024", "31/01/2024"], "%d/%m/%Y"),
    "month first, by one day": (["1/5/2024 9:00 PM", "1/31/2024 9:00 AM"], "%m/%d/%Y %I:%M %p"),
    "either": (["05/01/2024", "06/01/2024"], "?"),
    "day first, for the other is to come": (["05/01/2026", "06/01/2026"], "%d/%m/%Y"),
    "both in one file": (["31/01/2024", "01/31/2024"], "?"),
    "in words": (["2 janv. 2024", "3 févr. 2024"], None),
    "two digits": (["31.01.24", "01.02.24"], "%d.%m.%y"),
}


@pytest.mark.parametrize("texts, form", TIMES.values(), ids=list(TIMES))
def test_a_format_is_said_where_it_alone_reads_every_time(
    texts: list[str], form: str | None, tmp_path: Path
) -> None:
    rows = [f"{n},{text},9" for n, text in enumerate(texts)]
    found = parts(tmp_path, "id,when,Would you recommend us (0-10)?", *rows)["rows"]
    assert (found["time"], found.get("time_format")) == ("when", form)


def test_of_several_times_it_asks_unless_one_is_of_the_answer(tmp_path: Path) -> None:
    row = "1,2024-01-01,2024-01-02,9"
    question = "Would you recommend us (0-10)?"
    assert parts(tmp_path, f"id,sent,opened,{question}", row)["rows"]["time"] == "?"
    assert parts(tmp_path, f"id,sent,answered,{question}", row)["rows"]["time"] == "answered"
    born = parts(tmp_path, f"id,birth date,{question}", "1,1980-01-01,9")
    assert born["rows"]["time"] == "?"


def test_the_day_that_stands_for_none_is_no_time(tmp_path: Path) -> None:
    """LimeSurvey writes it for every answer of a survey that does not record dates."""
    header = "Response ID,Date submitted,Last page,Would you recommend us (0-10)?"
    rows = [f"{n},1980-01-01 00:00:00,1,{n}" for n in range(11)]
    assert parts(tmp_path, header, *rows)["rows"]["time"] == "?"


def test_an_id_must_tell_every_row_from_every_other(tmp_path: Path) -> None:
    header = "id,when,Would you recommend us (0-10)?"
    twice = parts(tmp_path, header, "1,2024-01-01,9", "1,2024-01-02,3")
    blank = parts(tmp_path, header, "1,2024-01-01,9", ",2024-01-02,3")
    assert "id" not in twice["rows"] and "id" not in blank["rows"]


def test_it_quotes_no_address_no_name_and_nothing_that_people_wrote(tmp_path: Path) -> None:
    text = guessed(
        tmp_path,
        "id,when,Email,First name,IP Address,Why?,Plan,Would you recommend us (0-10)?",
        "1,2024-01-01,anna@example.com,Anna,192.0.2.1,Because of Bert in the shop,pro,9",
        "2,2024-01-02,anna@example.com,Anna,192.0.2.1,Because of Bert in the shop,pro,9",
        "3,2024-01-03,carl@example.com,Carl,192.0.2.2,Nobody was in the shop,free,3",
    )
    for private in ("anna", "Anna", "192.0", "Bert", "Nobody"):
        assert private not in text
    assert "pro (2)" in text and '# properties = ["Plan"]' in text
    assert "email" not in tomllib.loads(text)["rows"]


def test_whatever_stands_in_a_header_it_is_valid(tmp_path: Path) -> None:
    names = ['say ""yes""', "back\\slash", "line\nbreak", "tab\there", "# no comment", "a = 'b'"]
    header = ",".join(f'"{name} recommend (0-10)"' for name in names)
    found = parts(tmp_path, f"when,{header}", "2024-01-01,9,9,9,9,9,0")
    assert len(found["ratings"]) == len(names)


@pytest.mark.parametrize("lines", [["id,score"], [""]], ids=["a header alone", "nothing"])
def test_a_file_without_rows_is_refused(lines: list[str], tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match=r"answers.csv"):
        guessed(tmp_path, *lines)


def test_thousands_of_columns_and_values_make_a_bounded_text(tmp_path: Path) -> None:
    header = ",".join(["when", *(f"c{n}" for n in range(3000))])
    row = ",".join(["2024-01-01", *("word" * 5 for _ in range(3000))])
    assert len(guessed(tmp_path, header, row)) < 30_000
