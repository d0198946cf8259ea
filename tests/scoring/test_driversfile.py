"""`feedback drivers` on any file of answers."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from feedback import cli
from feedback.errors import FeedbackError
from feedback.offline.drivers import file_drivers
from feedback.scoring import drivers

AIRPORT = Path(__file__).parents[1] / "data" / "sfo-2017.csv"
STAGES = ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAYS", "Q7SCREENS"]
USUAL = ("--outcome", "Q7ALL", "--drivers", ",".join(STAGES), "--missing", "0,6,Blank")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(file: Path, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["feedback", "drivers", str(file), *options])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return ran


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A file of random answers: y, and a and b that it is linked with."""

    def write(n: int = 150, **columns: Any) -> Path:
        random = np.random.default_rng(1)
        a, b, noise = random.integers(1, 6, (3, n))
        frame = pd.DataFrame({"y": a + b + noise, "a": a, "b": b}).assign(**columns)
        frame.to_csv(tmp_path / "answers.csv", index=False)
        return tmp_path / "answers.csv"

    return write


def test_it_works(run: Run) -> None:
    code, out, err = run(AIRPORT, *USUAL)
    assert (code, err) == (0, "")
    assert "n 1850 who rated everything (complete cases), of 2831 rows" in out
    assert "R² 0.538" in out and "LMG (Shapley regression)" in out and "seed 20260401" in out
    assert "Linked with, not caused by" in out
    assert re.findall(r"^Q7\w+ (?= )", out, re.M)[0] == "Q7FOOD "
    assert "Shares that truly differ: Q7FOOD > Q7ART, Q7FOOD > Q7STORE." in out


def test_the_numbers_are_those_of_the_module(run: Run) -> None:
    frame = pd.read_csv(AIRPORT, usecols=["Q7ALL", *STAGES], na_values=["Blank"])
    frame[STAGES] = frame[STAGES].replace({0: np.nan, 6: np.nan})
    for options, rule in (((), "complete"), (("--pairwise",), "pairwise")):
        _, out, _ = run(AIRPORT, *USUAL, "--format", "json", *options)
        document = json.loads(out)
        expected = drivers(frame, "Q7ALL", STAGES, missing=rule).as_dict()
        assert {name: document[name] for name in expected} == expected
        assert document["missing"] == rule
        assert document["left_out"]["Q7ART"] == {"missing": 547, "invalid": 0}


def test_json_and_csv_have_the_same_rows(run: Run) -> None:
    _, out, _ = run(AIRPORT, *USUAL, "--format", "json")
    document = json.loads(out)
    _, out, _ = run(AIRPORT, *USUAL, "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(out)))
    assert [line["driver"] for line in lines] == STAGES
    for line, row in zip(lines, document["rows"], strict=True):
        assert {name: line[name] for name in row} == {k: str(v) for k, v in row.items()}
        assert (line["n"], line["r_squared"]) == ("1850", str(document["r_squared"]))


def test_a_code_may_be_of_one_column_alone(run: Run) -> None:
    options = ("--outcome", "NETPRO", "--drivers", ",".join(STAGES), "--format", "json")
    _, out, _ = run(AIRPORT, *options, "--missing", "0,6,NETPRO=11")
    document = json.loads(out)
    assert document["n"] == 1858  # a 0 and a 6 are ratings of NETPRO
    assert document["left_out"]["NETPRO"] == {"missing": 85, "invalid": 0}


def test_cells_that_are_no_number_are_counted(run: Run, written: Callable[..., Path]) -> None:
    cells: list[object] = [1, 2, 3, 4, 5] * 30
    cells[:7] = ["good", "inf", "TRUE", "", " ", "99", "3.5"]
    path = written(c=cells)
    code, out, _ = run(
        path, "--outcome", "y", "--drivers", "a,c", "--missing", "99", "--format", "json"
    )
    document = json.loads(out)
    assert code == 0
    assert document["left_out"]["c"] == {"missing": 3, "invalid": 3}
    assert document["n"] == 144
    _, out, _ = run(path, "--outcome", "y", "--drivers", "a,c", "--missing", "99")
    assert "3 missing, 3 invalid" in out


def test_with_too_few_respondents_no_share_is_shown(run: Run, written: Callable[..., Path]) -> None:
    _, out, _ = run(written(70), "--outcome", "y", "--drivers", "a,b")
    assert "100 are needed for 2 drivers, 30 are missing. No share is shown." in out
    assert not re.search(r"\d %  ", out) and "truly differ" not in out
    _, out, _ = run(written(150), "--outcome", "y", "--drivers", "a,b")
    assert "Fewer than 300 respondents: read the shares with care." in out


def test_warnings_are_told(run: Run, written: Callable[..., Path]) -> None:
    random = np.random.default_rng(4)
    twin = np.arange(400) % 5 + 1
    path = written(400, c=twin, d=twin + (random.random(400) < 0.05))
    _, out, _ = run(path, "--outcome", "y", "--drivers", "c,d")
    assert "R² is below 0.10" in out
    assert "c and d say nearly the same (correlation 0.99)" in out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--outcome", "z", "--drivers", "a"), "The file has no column z."),
        (("--outcome", "y", "--drivers", "a,z"), "The file has no column z."),
        (("--outcome", "y", "--drivers", "a,a"), "answers.csv: The driver a is named twice."),
        (("--outcome", "y", "--drivers", "y"), "y is the outcome"),
        (("--outcome", "y", "--drivers", ","), "Name at least one driver."),
        (("--outcome", "y", "--drivers", "flat"), "flat is constant"),
        (("--outcome", "y", "--drivers", "a,double"), "a and double are perfectly collinear"),
        (("--outcome", "y", "--drivers", "words"), "Nobody who rated y rated also words."),
        (("--outcome", "y", "--drivers", "words", "--pairwise"), "words has no rating."),
        (("--outcome", "y", "--drivers", "a", "--missing", "z=1"), "z is neither the outcome"),
        (("--outcome", "y"), "Missing option '--drivers'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    run: Run, written: Callable[..., Path], options: tuple[str, ...], reason: str
) -> None:
    path = written(flat=3, words="good")
    frame = pd.read_csv(path)
    frame.assign(double=2 * frame["a"]).to_csv(path, index=False)
    code, out, err = run(path, *options)
    assert (code, out) == (2, "")
    assert err.startswith("feedback: ") and err.count("\n") == 1
    assert reason in err


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="No such file"):
        file_drivers(tmp_path / "none.csv", outcome="y", drivers_named=["a"])


def test_its_help_has_an_example(run: Run) -> None:
    code, out, _ = run(AIRPORT, "--help")
    assert code == 0
    assert "Example: feedback drivers answers.csv" in out and "not caused by" in out
