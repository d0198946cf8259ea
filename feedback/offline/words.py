"""One word in the ways that programs and people write it."""

import re
import unicodedata
from functools import lru_cache

_MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼ′´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        # Spaces of no width, marks of direction, a hyphen that shows only at a line's end.
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", ""),
    }
)
_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:,0{1,2}|\.0*)")


@lru_cache(maxsize=1 << 12)
def folded(text: str) -> str:
    """The text without what does not tell words apart: case, how an accent is put together,
    which apostrophe, quotation mark, dash or space it is, and how many spaces.

    >>> folded("  Don’t\\u00a0know ") == folded("don't  know")
    True
    >>> folded("10 – Très probable") == folded("10 - tre\\u0300s PROBABLE")
    True
    """
    if text.isascii():  # most are, and need no more
        return " ".join(text.replace("`", "'").split()).casefold()
    marked = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return unicodedata.normalize("NFC", " ".join(marked.split()).casefold())


def plain_number(text: str) -> str:
    """A whole number as it is written without a decimal part; any other text as it is.

    A comma is a decimal one only before one or two zeros: 1,000 may be a thousand.

    >>> plain_number("9,0"), plain_number("9.0"), plain_number("9,5"), plain_number("1,000")
    ('9', '9', '9,5', '1,000')
    """
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text
