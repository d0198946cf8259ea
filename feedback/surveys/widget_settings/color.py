"""How well a chosen colour can be seen, by the contrast ratio of WCAG 2.2 (1 to 21)."""

import re

# The least for a filled button beside its ground (WCAG 2.2, 1.4.11).
LEAST = 3.0
WHITE, BLACK = "#ffffff", "#000000"


def is_color(text: str) -> bool:
    """Whether it is a colour as HTML writes it: `#0b6b5d`."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def contrast(color: str, ground: str) -> float:
    """The ratio of the lighter to the darker of two colours.

    >>> round(contrast("#0b6b5d", "#ffffff"), 1), contrast("#000000", "#ffffff")
    (6.4, 21.0)
    """
    lighter, darker = sorted((_luminance(color), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
