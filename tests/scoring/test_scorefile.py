"""`feedback score` on any CSV file."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from feedback import cli
from feedback.errors import FeedbackError
from feedback.offline.months import Months
from feedback.offline.score import score_file
from feedback.scoring import METRICS, score_groups

ANSWERS = """\
date;shop;rating;weight
2026-02-28 23:59;Lyon;9;1
2026-01-05;Lyon;10;2
2026-01-31T12:00:00Z;Nice;3;1
2026-01-07;;8;
2026-01-08;Lyon;;
2026-01-09;Lyon;99;
2026-01-10;Lyon;quite good;
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS, encoding="utf-8")
    return path


class Printed:
    """What one run of the program printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.out)["rows"]
        return rows


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(file: Path, *options: str) -> Printed:
        argv = ["feedback", "score", str(file), "--metric", "nps", "--rating", "rating", *options]
        monkeypatch.setattr("sys.argv", argv)
        with pytest.raises(SystemExit) as end:
            cli.main()
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return Printed(int(end.value.code or 0), out, err)

    return ran


def test_it_works(answers: Path, run: Any) -> None:
    printed = run(answers, "--format", "json", "--missing", "99")
    assert (printed.code, printed.err) == (0, "")
    (row,) = printed.rows
    assert (row["n"], row["missing"], row["invalid"], row["score"]) == (4, 2, 1, 25)
    assert json.loads(printed.out)["metric"]["key"] == "nps"


def test_invalid_cells_are_counted_and_do_not_fail(answers: Path, run: Any) -> None:
    printed = run(answers, "--format", "json")
    assert (printed.code, printed.rows[0]["invalid"]) == (0, 2)


def test_it_groups_by_month_and_column(answers: Path, run: Any) -> None:
    rows = run(answers, "--time", "date", "--by", "month,shop", "--format", "json").rows
    assert [(row["month"], row["shop"], row["n"], row["score"]) for row in rows] == [
        ("2026-01", "Lyon", 1, 100),
        ("2026-01", "Nice", 1, -100),
        ("2026-01", None, 1, 0),
        ("2026-02", "Lyon", 1, 100),
    ]
    assert list(rows[0])[:3] == ["month", "shop", "n"]


def test_a_time_alone_means_by_month(answers: Path, run: Any) -> None:
    rows = run(answers, "--time", "date", "--format", "json").rows
    assert [(row["month"], row["n"]) for row in rows] == [("2026-01", 3), ("2026-02", 1)]


def test_weights_add_a_second_score(answers: Path, run: Any) -> None:
    path = answers.with_name("weighted.csv")
    path.write_text("rating;weight\n9;3\n0;1\n;\n", encoding="utf-8")
    (row,) = run(path, "--weight", "weight", "--format", "json").rows
    assert (row["score"], row["weighted_score"]) == (0, 50)
    assert row["effective_n"] == pytest.approx(1.6)
    assert row["weighted_low"] < 50 < row["weighted_high"]


def test_csv_holds_the_same_numbers_as_json(answers: Path, run: Any) -> None:
    options = ("--time", "date", "--by", "month")
    documented = run(answers, *options, "--format", "json").rows
    printed = list(csv.DictReader(io.StringIO(run(answers, *options, "--format", "csv").out)))
    assert len(printed) == len(documented) == 2
    for line, row in zip(printed, documented, strict=True):
        counts = row.pop("counts")
        assert {key: line[f"count_{key}"] for key in counts} == {
            k: str(n) for k, n in counts.items()
        }
        assert {key: line[key] for key in row} == {key: str(value) for key, value in row.items()}


def test_csv_names_its_columns_without_rows_too(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "none.csv"
    path.write_text("shop,rating\n", encoding="utf-8")
    out = run(path, "--by", "shop", "--format", "csv").out
    assert out.startswith("shop,n,missing,invalid,count_0,")
    assert out.count("\n") == 1


def test_csv_defuses_formulas(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "formula.csv"
    path.write_text("shop,rating\n=1+1,9\n", encoding="utf-8")
    assert run(path, "--by", "shop", "--format", "csv").out.splitlines()[1].startswith("'=1+1,")
    assert run(path, "--by", "shop", "--format", "json").rows[0]["shop"] == "=1+1"


def test_the_table_says_what_it_left_out_and_hides_few_answers(answers: Path, run: Any) -> None:
    out = run(answers, "--time", "date", "--by", "month").out
    assert "points, -100 to 100, high is good" in out
    assert "1 missing, 2 invalid" in out
    assert "fewer than 5 answers" in out


def test_the_table_rounds_once_and_clips_to_the_scale(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "happy.csv"
    path.write_text("rating,weight\n" + "10,1\n" * 5, encoding="utf-8")
    out = run(path, "--weight", "weight").out
    assert "+100.0" in out and "+17.5 .. +100.0" in out and "few answers" in out
    assert "5.0" in out


def test_a_mean_is_shown_with_two_decimals_and_its_direction(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "effort.csv"
    path.write_text("rating\n" + "1\n2\n2\n" * 4, encoding="utf-8")
    out = run(path, "--metric", "ces_effort_5").out
    assert "low is good" in out and "1.67" in out


def test_a_file_without_rows_has_no_score(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "none.csv"
    path.write_text("rating\n", encoding="utf-8")
    (row,) = run(path, "--format", "json").rows
    assert (row["n"], row["score"], row["display"]) == (0, None, "hidden")
    assert "-" in run(path).out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--rating", "NETPRO"], "no column NETPRO. Its columns are: date, shop, rating, weight."),
        (["--by", "town"], "no column town"),
        (["--time", "when"], "no column when"),
        (["--metric", "stars"], "no metric stars. The metrics are: nps, csat_5,"),
        (["--by", "month"], "--by month needs --time"),
        (["--by", "shop,shop"], "twice"),
        (["--by", "shop", "--weight", "shop"], 'line 2: the weight "Lyon" is no number'),
        (["--weight", "weight"], 'line 5: the weight "" is no number'),
        (["--time", "shop"], 'line 2: "Lyon" is no date'),
    ],
    ids=" ".join,
)
def test_it_refuses_in_one_line(answers: Path, run: Any, options: list[str], reason: str) -> None:
    printed = run(answers, *options)
    assert (printed.code, printed.out) == (2, "")
    assert reason in printed.err
    assert printed.err.count("\n") == 1


def test_it_refuses_a_file_that_is_not_there(tmp_path: Path, run: Any) -> None:
    printed = run(tmp_path / "none.csv")
    assert printed.code == 2
    assert "none.csv: No such file" in printed.err


def test_it_refuses_a_group_named_like_a_number_of_the_score(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "taken.csv"
    path.write_text("n,rating\n1,9\n", encoding="utf-8")
    assert "--by cannot be n" in run(path, "--by", "n").err


def test_a_negative_weight_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "negative.csv"
    path.write_text("rating,weight\n9,-1\n8,nan\n7,inf\n", encoding="utf-8")
    with pytest.raises(FeedbackError, match="line 2: .* line 3: .* line 4: "):
        score_file(path, metric=METRICS["nps"], rating="rating", weight="weight")


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2017-05-08", "2017-05"),
        ("2017/05/08", "2017-05"),
        ("2017-05", "2017-05"),
        ("2017-5-8", "2017-05"),
        ("2017/5/31 23:30", "2017-05"),
        (" 2017-05-08 10:30 ", "2017-05"),
        ("2017-05-08T10:30:00.123456+02:00", "2017-05"),
        ("2017-05-08 10:30:00 UTC", "2017-05"),
        ("2017-05-08 10:30:00 +0000", "2017-05"),
        ("2017-05-31T23:59:59Z", "2017-05"),
        ("2017-02-30", None),
        ("2017-13-01", None),
        ("2017-05-08 25:00", None),
        ("08/05/2017", None),
        ("20170508", "2017-05"),
        ("13", None),
        ("", None),
    ],
)
def test_the_month_of_a_date(text: str, month: str | None) -> None:
    assert Months().of(text) == month


def test_groups_stand_in_natural_order(tmp_path: Path) -> None:
    path = tmp_path / "ages.csv"
    path.write_text("age,rating\n10,9\n,9\n9,9\nold,9\nnan,9\n", encoding="utf-8")
    rows = score_file(path, metric=METRICS["nps"], rating="rating", by=["age"])
    assert [row.group["age"] for row in rows] == ["9", "10", "nan", "old", None]


def test_a_file_and_a_data_frame_give_the_same_rows(answers: Path) -> None:
    metric = METRICS["nps"]
    frame = pd.read_csv(answers, sep=";").assign(
        month=lambda table: table["date"].str[:7],
        rating=lambda table: pd.to_numeric(table["rating"], errors="coerce"),
    )
    valid = frame[frame["rating"].between(0, 10)]
    by = ["month", "shop"]
    from_file = score_file(answers, metric=metric, rating="rating", by=by, time="date")
    from_frame = score_groups(valid, by, metric)
    assert [(row.group, row.score.counts, row.score.low) for row in from_file] == [
        (row.group, row.score.counts, row.score.low) for row in from_frame
    ]
