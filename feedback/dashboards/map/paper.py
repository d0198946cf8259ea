"""How small the map must be printed, so that it fits one A4 page across: reckoned from its texts.

A style sheet cannot know how high a page becomes. The heights below are those of map.css in print,
in CSS pixels, reckoned rather too high than too low.
"""

from collections.abc import Sequence
from math import ceil

from feedback.dashboards.map.cards import Card, Column, MapScore

ROOM = 620  # what the head of the page and its legend leave of A4, less 12 mm around
NOTICE = 50
LINE, BOLD_LINE = 17, 20
LETTERS, BOLD_LETTERS = 28, 22  # on one line of a card
LEAST, STEP = 30, 5


def paper_fit(columns: Sequence[Column], *, has_notice: bool) -> int:
    """The size in percent, in steps of five: 100 is as on the screen, 30 the smallest."""
    highest = max((_column(column) for column in columns), default=0)
    room = ROOM - NOTICE if has_notice else ROOM
    percent = 100 * room / max(highest, room)
    return max(LEAST, int(percent // STEP * STEP))


def _column(column: Column) -> int:
    head = 20 + BOLD_LINE * _lines(column.stage.name, BOLD_LETTERS)
    head += 8 + _score(column.score) if column.score else LINE
    return head + sum(_card(card) for card in column.cards) + 10


def _card(card: Card) -> int:
    height = 40 + BOLD_LINE * min(2, _lines(card.touchpoint.name, BOLD_LETTERS))
    if card.silence:
        height += 6 + LINE * _lines(card.silence_said, LETTERS)
        height += LINE * sum(1 for score in card.scores if score.target)
    else:
        height += sum(_score(score) for score in card.scores)
    if card.never_mentioned:
        height += 6 + LINE * _lines(card.never_mentioned, LETTERS)
    return height


def _score(score: MapScore) -> int:
    height = 26 + LINE + LINE * _lines(score.left_out, LETTERS)
    if score.shares:
        height += 9 + LINE
    if score.target:
        height += LINE * (2 if score.target.rest else 1)
    return height


def _lines(text: str, letters: int) -> int:
    return ceil(len(text) / letters)
