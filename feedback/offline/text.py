"""What all printed tables share: columns in line, numbers rounded once."""

from rich.cells import cell_len

from feedback.scoring import round_half_away


def aligned(lines: list[list[str]], numbers: range = range(0)) -> list[str]:
    """The lines with two spaces between columns, those in `numbers` to the right.

    In cells of a terminal, of which a Chinese character takes two and an accent of its own none.

    >>> aligned([["stage", "n"], ["支払い", "12"]], range(1, 2))
    ['stage    n', '支払い  12']
    """
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            _padded(cell, width, to_the_right=place in numbers)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def _padded(cell: str, width: int, *, to_the_right: bool) -> str:
    spaces = " " * (width - cell_len(cell))
    return spaces + cell if to_the_right else cell + spaces


def fixed(number: float, digits: int) -> str:
    return f"{round_half_away(number, digits):.{digits}f}"


def signed(number: float, digits: int) -> str:
    """With its sign, which nothing has.

    >>> signed(1.25, 1), signed(-0.04, 1)
    ('+1.3', '0.0')
    """
    rounded = round_half_away(number, digits)
    return f"{rounded:+.{digits}f}" if rounded else f"{rounded:.{digits}f}"


def left_out(missing: int, invalid: int) -> str:
    parts = [(missing, "missing"), (invalid, "invalid")]
    return ", ".join(f"{n} {name}" for n, name in parts if n) or "-"
