"""Path rules as one regular expression, tested against an address as browsers write it.

A page's path and the part after # come with every letter but those of ASCII as bytes, `%C3%A9` for
é, in whatever case the link had; people write a rule as they read the address, or as they copy it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_to_bytes

# What means something else where it is not written as a byte: /, # and ?.
_KEPT = re.compile(r"%(2f|23|3f)", re.IGNORECASE)
_PLACE = 0xE000  # in Unicode's private area: stands for such a byte


def path_pattern(paths: Sequence[str], not_paths: Sequence[str]) -> str:
    r"""One regular expression for both lists, which Python and JavaScript read alike.

    It is for the path of an address together with what stands after #. A rule with # speaks of
    both; one without it leaves what stands after # alone.

    >>> path_pattern(["/cart*", "/pay"], ["/cart/empty"])
    '^(?!(?:/cart/empty)(?:#.*)?$)(?:/cart[^#]*|/pay)(?:#.*)?$'
    >>> path_pattern([], ["/a.b"]), path_pattern([], [])
    ('^(?!(?:/a\\.b)(?:#.*)?$)', '')
    >>> fits = re.compile(path_pattern(["/café/*", "#/cart"], [])).match
    >>> [bool(fits(path)) for path in ("/caf%c3%a9/1", "/cafe%CC%81/", "/x#/cart?n=1", "/cart")]
    [True, True, True, False]
    """
    if not paths and not not_paths:
        return ""
    never = f"(?!{_any(not_paths)}$)" if not_paths else ""
    return f"^{never}" + (f"{_any(paths)}$" if paths else "")


def _any(rules: Sequence[str]) -> str:
    plain = [_piece(rule, "[^#]*") for rule in rules if "#" not in rule]
    found = [f"(?:{'|'.join(plain)})(?:#.*)?"] if plain else []
    found += [_with_hash(rule) for rule in rules if "#" in rule]
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"


def _with_hash(rule: str) -> str:
    path, _, rest = rule.partition("#")
    return f"{_piece(path or '*', '[^#]*')}#{_piece(rest, '.*')}(?:[?#].*)?"


def _piece(rule: str, anything: str) -> str:
    return anything.join("".join(map(_spelled, _read(part))) for part in rule.split("*"))


def _read(part: str) -> str:
    """A rule without its %, its accents in one way; bytes that are no UTF-8 as lone surrogates."""
    kept = _KEPT.sub(lambda found: chr(_PLACE + int(found[1], 16)), part)
    return unicodedata.normalize("NFC", unquote_to_bytes(kept).decode("utf-8", "surrogateescape"))


def _spelled(letter: str) -> str:
    """A letter in all the ways in which it stands in an address."""
    if re.fullmatch(r"[\w/~.-]", letter, re.ASCII):
        return letter.replace(".", r"\.")
    if _PLACE <= ord(letter) < _PLACE + 0x80:
        return _bytes(chr(ord(letter) - _PLACE))
    ways = [_bytes(letter)]
    if not "\ud800" <= letter <= "\udfff":
        ways.insert(0, letter if letter > "\x7f" else f"\\{letter}")
    if (apart := unicodedata.normalize("NFD", letter)) != letter:
        ways.append("".join(each if each < "\x7f" else _bytes(each) for each in apart))
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(_unique(ways))})"


def _unique(ways: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ways))


def _bytes(text: str) -> str:
    """As bytes, whose hexadecimal letters are in either case."""
    written = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape"))
    return re.sub(r"[A-F]", lambda found: f"[{found[0]}{found[0].lower()}]", written)
