"""The measures of the house count what they say."""

import ast

import pytest

from scripts.house import _imported, _lines, _order


def climbing(weights: dict[tuple[str, str], tuple[int, int]]) -> list[str]:
    order = _order(weights)
    return [f"{a} {b}" for a, b in weights if order[a] < order[b]]


@pytest.mark.parametrize(
    "weights, climbs",
    [
        ({("a", "b"): (1, 0), ("b", "c"): (1, 0), ("a", "c"): (9, 0)}, []),
        ({("a", "b"): (2, 0), ("b", "a"): (1, 0)}, ["b a"]),
        ({("a", "b"): (1, 0), ("b", "a"): (0, 9)}, ["b a"]),
        ({("a", "b"): (2, 0), ("b", "c"): (1, 0), ("c", "a"): (2, 0)}, ["b c"]),
        ({("a", "b"): (2, 0), ("b", "a"): (1, 0), ("c", "d"): (0, 1), ("d", "c"): (1, 0)},
         ["b a", "c d"]),
    ],
    ids=["straight", "the lighter", "within a function", "a longer circle", "two circles"],
)  # fmt: skip
def test_the_fewest_imports_climb(
    weights: dict[tuple[str, str], tuple[int, int]], climbs: list[str]
) -> None:
    assert climbing(weights) == climbs


def test_imports_are_read_everywhere() -> None:
    tree = ast.parse("import a.b\nfrom c import d\ndef f():\n    from e import g\n")
    assert set(_imported(tree)) == {("a.b", True), ("c.d", True), ("e.g", False)}


def test_lines_are_those_of_code() -> None:
    said = '"""Said\n\nat length."""\n\nimport a\n\n# why\n'
    code = 'x = (\n    1,\n)\n\n\ndef f():\n    """Said."""\n    return """a\n\nb"""\n'
    assert _lines(said + code) == 3 + 1 + 3
