"""No claim without its error rate: every word of a verdict has a row in docs/scoring.md, and every
row is measured through the product's own functions."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.locales import catalogues, read_catalogue
from scripts.verdicts import CALM, RESTLESS, Rate, __main__, measure
from scripts.verdicts.rows import NO_CLAIM, SILENT, VERDICTS
from scripts.watch_grid import over_cores

IS_LONG = bool(os.environ.get("TEST_LONG"))
DRAWS = 2_000 if IS_LONG else 40
# Words by which a sentence claims more than the number it prints.
CLAIM = re.compile(
    r"\b(clear(ly)?|chance|rose|fell|better|worse|unusual(ly)?|start with|stands? out|concentrate"
    r"|overkill|keep up|real|truly|low priority|95 %% sure|usual ups|higher|lower|matters|proof"
    r"|more than|differs?|(below|above) (its|the) target|expected|helped)\b",
    re.IGNORECASE,
)
AGAIN = "python -m scripts.verdicts --pages 2000 --write"
PRINTED = sorted(Path("feedback/offline").glob("*_print.py"))


@cache
def messages() -> list[str]:
    """Every text of the pages, and of what the commands print."""
    kept = [one.id for path in catalogues() for one in read_catalogue(path) if one.id]
    pages = [text if isinstance(text, str) else text[0] for text in kept]
    return sorted({*pages, *(text for path in PRINTED for text in _texts(path))})


def _texts(path: Path) -> Iterator[str]:
    """What a module prints: its strings but for the docstrings."""
    tree = ast.parse(path.read_text())
    documented = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in documented:
            yield str(node.value)


def claims() -> list[str]:
    return [text for text in messages() if CLAIM.search(text)]


def covered(text: str) -> bool:
    patterns = [word for verdict in VERDICTS for word in verdict.words]
    patterns += [word for words in NO_CLAIM.values() for word in words]
    return any(re.search(word, text) for word in patterns)


def test_every_sentence_that_claims_something_has_a_row() -> None:
    # A new one: give it a row in scripts/verdicts/rows.py, and measure it.
    assert [text for text in claims() if not covered(text)] == []


def test_a_claim_nobody_measured_would_be_found() -> None:
    assert CLAIM.search("Payment is clearly below its target")
    assert not covered("Payment is clearly below its target")


def test_no_row_stands_for_words_that_are_gone() -> None:
    known = [word for verdict in VERDICTS for word in verdict.words]
    known += [word for words in NO_CLAIM.values() for word in words]
    assert [word for word in known if not any(re.search(word, text) for text in claims())] == []


def states() -> dict[str, str]:
    """The words that verdicts have in the code and in files: of each Literal that is one."""
    found: dict[str, str] = {}
    for path in sorted(Path("feedback").rglob("*.py")):
        source = path.read_text()
        for node in ast.walk(ast.parse(source if "Literal[" in source else "")):
            name, value = _annotated(node)
            if name in ("verdict", "Verdict", "flag") and value is not None:
                found |= {word: f"{path}:{name}" for word in _literals(value)}
    return found


def _annotated(node: ast.AST) -> tuple[str, ast.expr | None]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.annotation
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    return "", None


def _literals(value: ast.expr) -> set[str]:
    if not (isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal"):
        return set()
    return {str(each.value) for each in ast.walk(value.slice) if isinstance(each, ast.Constant)}


def test_every_state_of_a_verdict_is_measured_or_silent() -> None:
    found = states()
    assert {"better", "worse", "concentrate_here", "possible_overkill"} <= set(found)
    measured = {state for verdict in VERDICTS for state in verdict.states}
    assert {state: at for state, at in found.items() if state not in measured | SILENT} == {}
    assert measured | SILENT <= set(found)


@cache
def table() -> list[list[str]]:
    """The cells of the table in docs/scoring.md."""
    shown = __main__.PAGE.read_text().split(__main__.BEGIN)[1].split(__main__.END)[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in shown.splitlines()[2:]]


def test_the_table_of_the_docs_has_these_rows() -> None:
    wanted = [[each.where, each.says, each.given] for each in VERDICTS]
    assert [row[:3] for row in table()] == wanted, f"run: {AGAIN}"


def test_a_row_measured_anew_leaves_the_others_alone() -> None:
    page, first = __main__.PAGE.read_text(), VERDICTS[0]
    again = __main__.row(first, Rate(1, 4), Rate(2, 4))
    found = __main__.written(page, {__main__.beginning(first): again})
    assert again.endswith("| 25.0 % of 4 | 50.0 % |\n") and again in found
    assert len(set(page.splitlines()) ^ set(found.splitlines())) == 2
    assert __main__.written(page, {}) == page


@pytest.fixture(scope="module")
def over() -> Iterator[Any]:
    with over_cores(os.cpu_count() or 1 if IS_LONG else 1) as shared:
        yield shared


@pytest.mark.parametrize("at", range(len(VERDICTS)), ids=[each.key for each in VERDICTS])
def test_it_is_as_seldom_wrong_as_the_docs_say(at: int, over: Any) -> None:
    verdict = VERDICTS[at]
    for column, rho in ((3, CALM), (4, RESTLESS))[: 1 + verdict.restless]:
        found = __main__.rate(verdict, rho, DRAWS, over)
        said = float(table()[at][column].split()[0]) / 100
        print(verdict.key, rho, found, said, flush=True)
        assert found.of
        # Further off would come once in 10,000; the docs' own number is of many more draws.
        assert abs(found.share - said) <= _chance(said, found.of), f"run: {AGAIN}"
        if verdict.most is not None:
            assert said <= verdict.most
            assert found.share <= verdict.most + _chance(verdict.most, 0 if IS_LONG else found.of)


def _chance(share: float, n: int) -> float:
    """How far so many draws stray from a true share by chance."""
    return 4 * (share * (1 - share) / n) ** 0.5 + 2 / n if n else 0.0


def test_the_same_seeds_say_the_same() -> None:
    [change] = [verdict for verdict in VERDICTS if verdict.key == "change"]
    assert measure(change, RESTLESS, range(30)) == measure(change, RESTLESS, range(30))
