"""What in a text looks like somebody's number or address.

| kind    | is                                                              | proven by      |
|---------|-----------------------------------------------------------------|----------------|
| `email` | an e-mail address                                               | its form       |
| `iban`  | a bank account, 15 to 34 letters and digits, in groups or whole | mod 97         |
| `card`  | 13 to 19 digits, in groups or whole                             | Luhn           |
| `phone` | a French number, or one with its country (`+44`, `0044`)        | its form       |

A suggestion only: a person decides. Every pattern looks at a letter a bounded number of times.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

KINDS = ("email", "iban", "card", "phone")


class Span(NamedTuple):
    """A piece of a text: where it begins, where it ends, and what it looks like ("" is a word)."""

    start: int
    end: int
    kind: str = ""


# Between two groups of a number: a blank (the narrow and the no-break one too), a point, a dash.
_BLANK = r"[^\S\r\n]"
_GAP = rf"(?:{_BLANK}|[.\-\u2010-\u2015\u2212])"
_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,63}")
_LETTERS, _DIGITS = "[0-9A-Za-z]+", "[0-9]+"
_PHONES = (
    # Pairs with the same between them everywhere: "01/12/2025 10:45" is a moment.
    re.compile(rf"(?<![\w+])0[1-9](?P<gap>(?:{_GAP}|/){{0,2}})\d\d(?:(?P=gap)\d\d){{3}}(?!\d)"),
    re.compile(rf"(?<![\w+])0{_BLANK}?[1-9](?:{_BLANK}{{0,2}}\d){{8}}(?!\d)"),
    re.compile(rf"(?<![\w+])(?:\+|00)[1-9](?:(?:{_GAP}|[()/]){{0,3}}\d){{6,14}}(?!\d)"),
)
_IBAN_LENGTHS, _CARD_LENGTHS, _USUAL_CARD = range(15, 35), range(13, 20), 16
_MOST_GROUPS = 12  # of one number: an account of 34 in groups of four has nine


def suggest(text: str) -> list[Span]:
    """What looks like an address, an account, a card or a phone, in order; none overlap.

    >>> text = "Call 06 12 34 56 78 or write to a.b@shop.example"
    >>> [(text[each.start : each.end], each.kind) for each in suggest(text)]
    [('06 12 34 56 78', 'phone'), ('a.b@shop.example', 'email')]
    """
    text = _plain_digits(text)
    taken: list[Span] = []
    for found in (_emails(text), _accounts(text), _cards(text), _phones(text)):
        for span in found:
            if all(span.end <= other.start or other.end <= span.start for other in taken):
                taken.append(span)
    return sorted(taken)


def is_card(digits: str) -> bool:
    """Whether 13 to 19 digits end in their check digit (Luhn, ISO/IEC 7812-1).

    >>> is_card("4111111111111111"), is_card("4111111111111112"), is_card("0" * 16)
    (True, False, False)
    """
    if len(digits) not in _CARD_LENGTHS or digits[0] == "0" or not digits.isdecimal():
        return False
    doubled = [int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether a text without blanks is an account with its check digits (ISO 13616, mod 97).

    >>> is_iban("FR7630006000011234567890189"), is_iban("FR7630006000011234567890188")
    (True, False)
    """
    if len(text) not in _IBAN_LENGTHS or not re.match("[A-Za-z]{2}[0-9]{2}", text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def _plain_digits(text: str) -> str:
    """The same length, with the digits of every script as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(letter)) if letter > "\x7f" and letter.isdecimal() else letter
        for letter in text
    )


def _emails(text: str) -> Iterator[Span]:
    for found in _EMAIL.finditer(text):
        yield Span(found.start(), found.end(), "email")


def _phones(text: str) -> Iterator[Span]:
    for pattern in _PHONES:
        for found in pattern.finditer(text):
            yield Span(found.start(), found.end(), "phone")


# A number begins and ends with a group: "4111 1111 1111 1111 12/27" is a card and more.


def _accounts(text: str) -> Iterator[Span]:
    return _proven(text, _LETTERS, "iban", _account_end)


def _cards(text: str) -> Iterator[Span]:
    return _proven(text, _DIGITS, "card", _card_end)


def _proven(
    text: str, group: str, kind: str, end: Callable[[Sequence[str]], int]
) -> Iterator[Span]:
    """end: of how many of these groups the number is made that begins with the first of them."""
    for run in re.finditer(rf"{group}(?:{_GAP}{{1,2}}{group})*", text):
        groups = [*re.compile(group).finditer(text, *run.span())]
        words = [each[0] for each in groups]
        at = 0
        while at < len(groups):
            n = end(words[at : at + _MOST_GROUPS])
            if n:
                yield Span(groups[at].start(), groups[at + n - 1].end(), kind)
            at += n or 1


def _account_end(groups: Sequence[str]) -> int:
    ends = [n for n, so_far in enumerate(accumulate(groups), 1) if is_iban(so_far)]
    return max(ends, default=0)


def _card_end(groups: Sequence[str]) -> int:
    """Nobody writes a card in pairs, as phones are; where 16 digits prove one, more is chance."""
    ends = {}
    for n, so_far in enumerate(accumulate(groups), 1):
        if is_card(so_far):
            ends[len(so_far)] = n
        if len(groups[n - 1]) < 3:  # only the last group may be so short
            break
    return ends.get(_USUAL_CARD) or max(ends.values(), default=0)
