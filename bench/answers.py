"""The load of answers, as customers give them: some say who they are, some say why."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

SAID = """
the delivery came two days later than promised and nobody at the desk could tell me where my parcel
was but your driver was friendly helped carry it upstairs waited until I had checked everything
which I really did not expect so thank you please keep him next time say it before
"""
WORDS = SAID.split()
COMMENT_WORDS = 30


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares, 0 to 1: of answers that name somebody, of these people that nobody named before,
    of answers with a comment of 30 words."""

    named: float = 0.5
    new: float = 0.5
    commented: float = 0.25


REAL = Mix()
Person = dict[str, str]


class Answers:
    """Bodies as the widget sends them. The same seed says the same, but for the ids, which are of
    their moment; another seed names other people.

    people: those who are known, to whom the new ones are added.
    """

    def __init__(self, seed: int, mix: Mix = REAL, people: list[Person] | None = None) -> None:
        self._seed = seed
        self._mix = mix
        self._chance = random.Random(seed)
        self._people = [] if people is None else people

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield msgspec.json.encode(self._next())

    def _next(self) -> dict[str, Any]:
        chance, mix = self._chance, self._mix
        answer: dict[str, Any] = {
            "v": 1,
            "submission_id": str(uuid7()),
            "seq": 1,
            "rating": chance.randrange(11),
            "comment": None,
            "properties": {"plan": "pro", "country": "FR"},
            "locale": "en",
            "channel": "widget",
            "page": "https://shop.example/cart",
        }
        if chance.random() < mix.commented:
            answer["comment"] = " ".join(chance.choices(WORDS, k=COMMENT_WORDS))
        if chance.random() < mix.named:
            answer["contact"] = self._person()
        return answer

    def _person(self) -> Person:
        if self._people and self._chance.random() >= self._mix.new:
            return self._chance.choice(self._people)
        n = len(self._people)
        name = f"{self._seed}-{n}"
        person = {"id": f"customer-{name}"} if n % 2 else {"email": f"anna.{name}@shop.example"}
        self._people.append(person)
        return person
