"""`feedback compare` on any two CSV files."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from feedback import cli
from feedback.scoring import METRICS, compare_net, compare_scores, row_dict

AIRPORT = Path(__file__).parents[1] / "data" / "sfo-2017.csv"


class Printed:
    """What one run of the program printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def object(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(a: Path, b: Path, *options: str) -> Printed:
        usual = ["--metric", "nps", "--rating", "rating"]
        monkeypatch.setattr("sys.argv", ["feedback", "compare", str(a), str(b), *usual, *options])
        with pytest.raises(SystemExit) as end:
            cli.main()
            raise SystemExit(0)
        out, err = capsys.readouterr()
        return Printed(int(end.value.code or 0), out, err)

    return ran


def answers(path: Path, *table: int, more: str = "") -> Path:
    """A file of detractors, passives and promoters, each with weight 1."""
    rows = [f"{rating},1\n" for rating, n in zip((3, 7, 10), table, strict=True) for _ in range(n)]
    path.write_text("rating,weight\n" + "".join(rows) + more, encoding="utf-8")
    return path


@pytest.fixture
def early(tmp_path: Path) -> Path:
    return answers(tmp_path / "early.csv", 30, 40, 30)


@pytest.fixture
def late(tmp_path: Path) -> Path:
    return answers(tmp_path / "late.csv", 20, 35, 45)


def test_it_works(early: Path, late: Path, run: Any) -> None:
    printed = run(early, late, "--format", "json")
    assert (printed.code, printed.err) == (0, "")
    found, expected = printed.object, compare_net((30, 40, 30), (20, 35, 45))
    assert (found["a"]["score"], found["b"]["score"], found["observed"]) == (0, 25, -25)
    for name in ("difference", "low", "high", "statistic", "p_value"):
        assert found[name] == getattr(expected, name)
    assert (round(found["difference"], 4), round(found["p_value"], 6)) == (-24.2718, 0.023573)
    assert found["method"] == "adjusted_wald"


def test_the_json_is_that_of_the_contract(early: Path, late: Path, run: Any) -> None:
    found = run(early, late, "--format", "json").object
    expected = compare_scores({3: 30, 7: 40, 10: 30}, {3: 20, 7: 35, 10: 45}, METRICS["nps"])
    assert found == expected.as_dict()
    assert list(found) == list(expected.as_dict())
    assert found["a"] == row_dict(expected.a)


def test_csv_holds_the_same_numbers_in_one_line(early: Path, late: Path, run: Any) -> None:
    found = run(early, late, "--format", "json").object
    (line,) = csv.DictReader(io.StringIO(run(early, late, "--format", "csv").out))
    for side in ("a", "b"):
        row = found.pop(side)
        counts = row.pop("counts")
        assert {k: line[f"{side}_count_{k}"] for k in counts} == {k: str(counts[k]) for k in counts}
        assert {k: line[f"{side}_{k}"] for k in row} == {k: str(row[k]) for k in row}
    assert {name: line[name] for name in found} == {k: str(v) for k, v in found.items()}


def test_the_table_says_the_difference_and_what_chance_may_do(
    early: Path, late: Path, run: Any
) -> None:
    out = run(early, late).out
    assert "early.csv" in out and "late.csv" in out
    assert "First less second: -25.0 points" in out
    assert "95 % interval: -45.3 .. -3.3 (adjusted Wald)" in out
    assert "Chance alone would rarely give this much (p 0.024)." in out
    assert "Chance alone may explain it (p 1.000)." in run(early, early).out


def test_shares_and_means_have_their_own_units(tmp_path: Path, run: Any) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("rating\n" + "5\n" * 56 + "1\n" * 14, encoding="utf-8")
    b.write_text("rating\n" + "4\n" * 48 + "2\n" * 32, encoding="utf-8")
    share = run(a, b, "--metric", "csat_5").out
    assert "First less second: +20.0 percentage points" in share
    assert "+5.2 .. +33.4 (Newcombe's interval, chi-square)" in share
    mean = run(a, b, "--metric", "ces_effort_5").out
    assert "First less second: +1.00\n" in mean and "(Welch's t)" in mean


def test_few_answers_are_not_shown(tmp_path: Path, late: Path, run: Any) -> None:
    few = answers(tmp_path / "few.csv", 1, 1, 2)
    out = run(few, late).out
    assert "Fewer than 5 answers on a side" in out and "First less second" not in out
    assert run(few, late, "--format", "json").object["p_value"] is not None


def test_answers_all_alike_have_no_test_of_their_means(tmp_path: Path, run: Any) -> None:
    a, b = answers(tmp_path / "a.csv", 0, 0, 9), answers(tmp_path / "b.csv", 0, 9, 0)
    out = run(a, b, "--metric", "csat_10").out
    assert "First less second: +3.00" in out and "no test" in out
    found = run(a, b, "--metric", "csat_10", "--format", "json").object
    assert (found["observed"], found["difference"], found["p_value"]) == (3, None, None)


def test_a_file_without_answers_has_no_difference(tmp_path: Path, late: Path, run: Any) -> None:
    empty = answers(tmp_path / "empty.csv", 0, 0, 0)
    found = run(empty, late, "--format", "json").object
    assert (found["a"]["n"], found["a"]["score"], found["observed"]) == (0, None, None)
    assert run(empty, late, "--weight", "weight", "--format", "json").object["p_value"] is None


def test_what_is_no_rating_is_counted_and_missing_codes_hold_for_both(
    tmp_path: Path, run: Any
) -> None:
    more = "11,1\nnice,1\n,1\n"
    a = answers(tmp_path / "a.csv", 5, 5, 5, more=more)
    b = answers(tmp_path / "b.csv", 5, 5, 6, more=more)
    printed = run(a, b, "--missing", "11", "--format", "json")
    assert printed.code == 0
    for side in ("a", "b"):
        assert (printed.object[side]["missing"], printed.object[side]["invalid"]) == (2, 1)


def test_weights_compare_the_weighted_scores(early: Path, tmp_path: Path, run: Any) -> None:
    heavy = answers(tmp_path / "heavy.csv", 30, 40, 30, more="10,50\n")
    found = run(heavy, early, "--weight", "weight", "--format", "json").object
    assert found["method"] == "weighted_wald"
    assert found["b"]["effective_n"] == pytest.approx(100)
    assert found["observed"] == found["difference"] == found["a"]["weighted_score"]
    assert found["low"] < found["observed"] < found["high"]
    assert "(weighted scores, Wald)" in run(heavy, early, "--weight", "weight").out


def test_equal_weights_differ_like_no_weights(early: Path, late: Path, run: Any) -> None:
    plain = run(early, late, "--format", "json").object
    weighted = run(early, late, "--weight", "weight", "--format", "json").object
    assert weighted["observed"] == pytest.approx(plain["observed"])
    assert weighted["p_value"] == pytest.approx(plain["p_value"], abs=0.003)


def test_two_parts_of_the_airport_survey(tmp_path: Path, run: Any) -> None:
    """Boarding areas E and G, whose scores were computed independently of this program."""
    lines = AIRPORT.read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("BAREA")
    parts = []
    for area in ("E", "G"):
        rows = [row for row in csv.reader(lines) if row[column] in (area, "BAREA")]
        parts.append(tmp_path / f"{area}.csv")
        with parts[-1].open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    found = run(*parts, "--rating", "NETPRO", "--missing", "11", "--format", "json").object
    assert (found["a"]["n"], found["b"]["n"]) == (175, 625)
    assert found["observed"] == pytest.approx(46.86 - 32.96, abs=0.01)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--metric", "stars"], "no metric stars"),
        (["--rating", "stars"], "early.csv: The file has no column stars."),
        (["--weight", "heft"], "early.csv: The file has no column heft."),
        (["--format", "xml"], "xml"),
    ],
    ids=" ".join,
)
def test_it_refuses_in_one_line(
    early: Path, late: Path, run: Any, options: list[str], reason: str
) -> None:
    printed = run(early, late, *options)
    assert (printed.code, printed.out) == (2, "")
    assert reason in printed.err
    assert printed.err.count("\n") == 1


def test_it_says_which_file_it_refuses(early: Path, tmp_path: Path, run: Any) -> None:
    other = tmp_path / "other.csv"
    other.write_text("stars\n5\n", encoding="utf-8")
    assert "other.csv: The file has no column rating." in run(early, other).err
    missing = run(early, tmp_path / "none.csv")
    assert (missing.code, missing.err.count("none.csv")) == (2, 1)
    heavy = answers(tmp_path / "heavy.csv", 1, 1, 1, more="9,much\n")
    assert 'heavy.csv, line 5: the weight "much"' in run(early, heavy, "--weight", "weight").err


def test_one_file_alone_is_misuse(early: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["feedback", "compare", str(early), "--metric", "nps"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert "feedback compare --help" in capsys.readouterr().err
