"""Words for numbers, names with commas and dates of any kind: in `score`, `compare`, `drivers`."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from feedback import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["feedback", *map(str, arguments), "--format", "json"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return ran


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "answers.csv") -> Path:
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


NPS = ("--metric", "nps", "--rating", "score")
WORDS = ("score", "10 - Extremely likely", "9", "0 - Not at all likely", "10 – Extremely likely")


@pytest.mark.parametrize(
    "cell, meaning",
    [
        ("10 - Extremely likely", 10),
        ("10 — extremely likely", 10),
        ("10\u00a0- très probable", 10),
        ("10: sehr wahrscheinlich", 10),
        ("10 (Muy probable)", 10),
        ("Molto probabile (10)", 10),
        ("10. 非常", 10),
        ("10 - 12", None),
        ("9 - 10 times", None),
        ("5 stars", None),
        ("10,0", 10),
        ("9,5", None),
        ("12 - beyond", None),
        ("quite likely", None),
    ],
)
def test_a_cell_is_read_by_its_number_or_counted_as_invalid(
    cell: str, meaning: int | None, run: Run, file: Callable[..., Path]
) -> None:
    code, out, err = run("score", file("score", f'"{cell}"', "3"), *NPS)
    (row,) = json.loads(out)["rows"]
    assert code == 0 and row["n"] + row["invalid"] == 2
    assert (row["counts"]["10"], row["invalid"]) == ((0, 1) if meaning is None else (1, 0))
    assert (err == "") == (meaning is None or cell == "10,0")


def test_what_was_read_by_its_number_is_told(run: Run, file: Callable[..., Path]) -> None:
    code, out, err = run("score", file(*WORDS, "", "99 - Don't know"), *NPS, "--missing", "99")
    (row,) = json.loads(out)["rows"]
    assert (code, row["n"], row["missing"], row["score"]) == (0, 4, 1, 50)
    assert '"0 - Not at all likely" as 0 (1)' in err and "99" not in err


def test_compare_reads_both_files_so(run: Run, file: Callable[..., Path]) -> None:
    a, b = file(*WORDS), file("score", "9", "0", name="b.csv")
    found = json.loads(run("compare", a, b, *NPS)[1])
    assert (found["a"]["score"], found["b"]["score"], found["observed"]) == (50, 0, 50)


def test_a_label_goes_before_the_number_that_is_written(
    run: Run, file: Callable[..., Path]
) -> None:
    turned = '1=5,2=4,4=2,5=1,Very  GOOD=5,"Good, mostly=4"'
    path = file("score", "1", "1.0", "5", "very good", '"Good, mostly"')
    _, out, _ = run("score", path, "--metric", "csat_5", "--rating", "score", "--labels", turned)
    assert json.loads(out)["rows"][0]["counts"] == {"1": 1, "2": 0, "3": 0, "4": 1, "5": 3}


@pytest.mark.parametrize("labels", ["Good", "=4", "Good=high", "Good=4.5"])
def test_a_label_without_its_number_is_refused(
    labels: str, run: Run, file: Callable[..., Path]
) -> None:
    code, out, err = run("score", file(*WORDS), *NPS, "--labels", labels)
    assert (code, out) == (2, "") and "write the words, = and a number" in err


def rated(columns: str) -> list[str]:
    """A header and 200 people who rated three things, the last by the first two."""
    a, b, noise = np.random.default_rng(3).integers(1, 6, (3, 200))
    words = {1: "1 - bad", 5: "5 - good"}
    rows = zip(a, b, a + b + noise, strict=True)
    return [columns, *(f"{words.get(x, x)},{y},{z}" for x, y, z in rows)]


LISTS = {
    "as it is": "Food, drinks,Price",
    "in quotes": '"Food, drinks",Price',
    "with blanks": " Price , Food,drinks",
}


@pytest.mark.parametrize("listed", LISTS.values(), ids=list(LISTS))
def test_drivers_are_found_by_names_with_commas(
    listed: str, run: Run, file: Callable[..., Path]
) -> None:
    path = file(*rated('"Food, drinks",Price,All'))
    code, out, err = run("drivers", path, "--outcome", "All", "--drivers", listed)
    found = json.loads(out)
    assert code == 0 and {row["driver"] for row in found["rows"]} == {"Food, drinks", "Price"}
    assert found["n"] == 200 and "as 1 (" in err and "as 5 (" in err


def test_a_list_that_can_be_read_in_two_ways_is_refused(
    run: Run, file: Callable[..., Path]
) -> None:
    path = file('"a, b",a,b,score', "1,2,3,9")
    code, _, err = run("score", path, *NPS, "--by", "a, b")
    assert code == 2 and "in quotes" in err
    _, out, _ = run("score", path, *NPS, "--by", '"a, b"')
    assert json.loads(out)["rows"][0]["a, b"] == "1"


DATES = {
    "day first": ("31/01/2024 23:30", "%d/%m/%Y %H:%M", "2024-01"),
    "midnight left out": ("01/02/2024", "%d/%m/%Y %H:%M", "2024-02"),
    "month first": ("02/01/2024", "%m/%d/%Y", "2024-02"),
    "afternoon": ("1/31/2024 11:30 PM", "%m/%d/%Y %I:%M %p", "2024-01"),
    "named": ("31 Jan 2024", "%d %b %Y", "2024-01"),
}


@pytest.mark.parametrize("written, form, month", DATES.values(), ids=list(DATES))
def test_a_date_is_read_by_its_format(
    written: str, form: str, month: str, run: Run, file: Callable[..., Path]
) -> None:
    path = file("when,score", f"{written},9")
    _, out, _ = run("score", path, *NPS, "--time", "when", "--time-format", form)
    assert [row["month"] for row in json.loads(out)["rows"]] == [month]
    code, out, err = run("score", path, *NPS, "--time", "when")
    if "Jan" in written:  # a month in words can be no other
        assert [row["month"] for row in json.loads(out)["rows"]] == [month]
    else:
        assert code == 2 and "line 2" in err and "--time-format" in err


ZONES = [("Europe/Paris", "2024-02"), ("America/New_York", "2024-01"), ("Asia/Tokyo", "2024-02")]


@pytest.mark.parametrize("zone, month", ZONES)
def test_months_are_counted_in_the_zone_that_is_asked_for(
    zone: str, month: str, run: Run, file: Callable[..., Path]
) -> None:
    path = file("when,score", "2024-01-31T23:30:00-05:00,9", "2024-02-01T04:30:00Z,3")
    _, out, err = run("score", path, *NPS, "--time", "when", "--time-zone", zone)
    assert [row["month"] for row in json.loads(out)["rows"]] == [month] and err == ""
    _, out, err = run("score", path, *NPS, "--time", "when")
    assert [row["month"] for row in json.loads(out)["rows"]] == ["2024-01", "2024-02"]
    assert "say --time-zone" in err


def test_a_blank_date_is_a_row_of_its_own(run: Run, file: Callable[..., Path]) -> None:
    path = file("when,score", "2024-01-05,9", ",3")
    code, out, _ = run("score", path, *NPS, "--time", "when")
    assert code == 0
    assert [(row["month"], row["n"]) for row in json.loads(out)["rows"]] == [
        ("2024-01", 1), (None, 1),
    ]  # fmt: skip
