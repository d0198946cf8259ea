"""Two keepings of answers are told apart, and nothing else is."""

from pathlib import Path

import pytest

from scripts.compare_answers import compare

PAGE = "/board\nstatus 200\ncontent-type: text/html\n\n<p>\n  <b>37</b></p>"


def keeping(top: Path, name: str, **answers: str) -> Path:
    for asked, text in answers.items():
        file = top / name / "owner" / f"{asked}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return top / name


def told(top: Path, *, mended: str = "", **new: str) -> int:
    patterns = top / "mended"
    patterns.write_text(mended)
    old = keeping(top, "old", board=PAGE, csv="a,1\n")
    return compare(old, keeping(top, "new", **new), patterns, most=6)


def test_it_finds_nothing_between_equal_answers(tmp_path: Path) -> None:
    assert told(tmp_path, board=PAGE, csv="a,1\n") == 0


def test_it_shows_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, board=PAGE.replace("37", "38"), csv="a,1\n") == 1
    shown = capsys.readouterr().out
    assert "-<b>37\n+<b>38" in shown
    assert "1 equal, 1 different" in shown


@pytest.mark.parametrize("csv", ["a,2\n", "a, 1\n"], ids=["a number", "a space in a file"])
def test_it_finds_a_change_in_a_file(tmp_path: Path, csv: str) -> None:
    assert told(tmp_path, board=PAGE, csv=csv) == 1


def test_white_space_of_a_page_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, board=PAGE.replace("\n  ", ""), csv="a,1\n") == 0
    assert "1 spaced otherwise" in capsys.readouterr().out


def test_it_misses_an_answer(tmp_path: Path) -> None:
    assert told(tmp_path, board=PAGE) == 1


def test_it_finds_a_new_answer(tmp_path: Path) -> None:
    assert told(tmp_path, board=PAGE, csv="a,1\n", json="{}") == 1


def test_what_was_mended_may_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, mended="owner/csv*  # it was 1", board=PAGE, csv="a,2\n") == 0
    assert "1 mended" in capsys.readouterr().out
