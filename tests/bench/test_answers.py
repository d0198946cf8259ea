"""The load of `make bench` is what DESIGN.md says: who answers, who is new, who says why."""

import json
from itertools import islice
from typing import Any

from bench.answers import Answers, Mix

N = 4_000


def said(seed: int, mix: Mix | None = None) -> list[dict[str, Any]]:
    bodies = Answers(seed, mix) if mix else Answers(seed)
    answers = [json.loads(body) for body in islice(bodies, N)]
    for answer in answers:
        del answer["submission_id"]  # of its moment
    return answers


def test_the_same_seed_says_the_same() -> None:
    assert said(1) == said(1)
    assert said(1) != said(2)


def test_half_name_somebody_half_of_these_anew_and_a_quarter_say_why() -> None:
    answers = said(1)
    people = [json.dumps(answer["contact"]) for answer in answers if "contact" in answer]
    comments = [answer["comment"] for answer in answers if answer["comment"]]

    assert 0.48 < len(people) / N < 0.52
    assert 0.48 < len(set(people)) / len(people) < 0.52
    assert 0.23 < len(comments) / N < 0.27
    assert {len(comment.split()) for comment in comments} == {30}


def test_people_are_named_by_id_or_by_address() -> None:
    named = [set(answer["contact"]) for answer in said(1) if "contact" in answer]

    assert {"id"} in named
    assert {"email"} in named


def test_another_seed_names_other_people() -> None:
    named = [
        {json.dumps(answer["contact"]) for answer in said(seed, Mix(named=1))} for seed in (1, 2)
    ]

    assert named[0].isdisjoint(named[1])
