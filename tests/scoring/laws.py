"""What must hold of every score, whatever the metric and the answers.

Each law takes a metric and a non-empty list of ratings on its scale; test_laws.py runs them all.
"""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from math import isclose

from feedback.scoring import Metric, Score, parse_ratings, score

Law = Callable[[Metric, list[int]], None]


def scored(ratings: list[int], metric: Metric) -> Score:
    return score(parse_ratings(ratings, metric).counts, metric)


def order_does_not_matter(metric: Metric, ratings: list[int]) -> None:
    assert (
        scored(ratings, metric) == scored(ratings[::-1], metric) == scored(sorted(ratings), metric)
    )


def container_does_not_matter(metric: Metric, ratings: list[int]) -> None:
    expected = parse_ratings(ratings, metric)
    assert parse_ratings(tuple(ratings), metric) == expected
    assert parse_ratings((rating for rating in ratings), metric) == expected


def input_is_left_alone(metric: Metric, ratings: list[int]) -> None:
    counts = Counter(ratings)
    before = deepcopy((ratings, counts))
    parse_ratings(ratings, metric)
    score(counts, metric)
    assert (ratings, counts) == before


def every_answer_is_counted_once(metric: Metric, ratings: list[int]) -> None:
    found = scored(ratings, metric)
    assert list(found.counts) == list(metric.scale)
    assert found.n == len(ratings) == sum(found.counts.values())
    assert found.n == found.negative + found.neutral + found.positive


def doubling_the_sample_leaves_the_score_alone(metric: Metric, ratings: list[int]) -> None:
    once, twice = scored(ratings, metric), scored(ratings * 2, metric)
    assert (once.score, once.mean) == (twice.score, twice.mean)


def doubling_the_sample_narrows_the_interval(metric: Metric, ratings: list[int]) -> None:
    once, twice = scored(ratings, metric), scored(ratings * 2, metric)
    assert once.low is None or width(twice) <= width(once)


def score_is_in_range(metric: Metric, ratings: list[int]) -> None:
    found = scored(ratings, metric)
    lowest, highest = extremes(metric)
    assert found.score is not None and lowest <= found.score <= highest
    assert found.mean is not None and metric.minimum <= found.mean <= metric.maximum


def interval_holds_the_score(metric: Metric, ratings: list[int]) -> None:
    """Of every score that is displayed: of one answer, adjusted Wald thinks better than -100."""
    found = scored(ratings, metric)
    if found.display != "hidden":
        assert found.low is not None and found.score is not None and found.high is not None
        assert found.low - 1e-9 <= found.score <= found.high + 1e-9


def more_certainty_takes_a_wider_interval(metric: Metric, ratings: list[int]) -> None:
    counts = Counter(ratings)
    usual, strict = score(counts, metric), score(counts, metric, level=0.99)
    assert usual.low is None or width(usual) <= width(strict)
    assert strict.score == usual.score


def best_and_worst_answers_are_the_extremes(metric: Metric, ratings: list[int]) -> None:
    n = len(ratings)
    lowest, highest = extremes(metric)
    assert scored([metric.minimum] * n, metric).score == (
        highest if metric.low_is_good and metric.headline != "mean" else lowest
    )
    assert scored([metric.maximum] * n, metric).score == (
        lowest if metric.low_is_good and metric.headline != "mean" else highest
    )


def one_better_answer_never_makes_it_worse(metric: Metric, ratings: list[int]) -> None:
    best = metric.minimum if metric.low_is_good else metric.maximum
    before, after = scored(ratings, metric).score, scored([best, *ratings[1:]], metric).score
    assert before is not None and after is not None
    assert after <= before if metric.low_is_good else after >= before


def parts_pool_to_the_whole(metric: Metric, ratings: list[int]) -> None:
    half = len(ratings) // 2
    parts = Counter(ratings[:half]) + Counter(ratings[half:])
    assert score(parts, metric) == scored(ratings, metric)


def left_out_cells_leave_the_score_alone(metric: Metric, ratings: list[int]) -> None:
    cells = [*ratings, None, "", "no idea", metric.maximum + 1, 1.5, True]
    assert parse_ratings(cells, metric).counts == parse_ratings(ratings, metric).counts


def standard_error_is_that_of_a_mean_of_codes(metric: Metric, ratings: list[int]) -> None:
    """The textbook formula on one code per answer, against the closed form on the counts."""
    found, n = scored(ratings, metric), len(ratings)
    codes = [headline_code(metric, rating) for rating in ratings]
    spread = sum((code - sum(codes) / n) ** 2 for code in codes)
    if metric.headline != "mean":
        expected = (spread / n / n) ** 0.5
    elif n > 1:
        expected = (spread / (n - 1) / n) ** 0.5
    else:
        assert found.standard_error is None
        return
    assert found.standard_error is not None
    assert isclose(found.standard_error, expected, rel_tol=1e-9, abs_tol=1e-6)


def headline_code(metric: Metric, rating: int) -> int:
    if metric.headline == "mean":
        return rating
    negative = 100 if metric.headline == "net" and rating in metric.negative else 0
    return 100 * (rating in metric.positive) - negative


def extremes(metric: Metric) -> tuple[int, int]:
    return {"net": (-100, 100), "top": (0, 100), "mean": (metric.minimum, metric.maximum)}[
        metric.headline
    ]


def width(found: Score) -> float:
    assert found.low is not None and found.high is not None
    return found.high - found.low


LAWS: list[Law] = [
    order_does_not_matter,
    container_does_not_matter,
    input_is_left_alone,
    every_answer_is_counted_once,
    doubling_the_sample_leaves_the_score_alone,
    doubling_the_sample_narrows_the_interval,
    score_is_in_range,
    interval_holds_the_score,
    more_certainty_takes_a_wider_interval,
    best_and_worst_answers_are_the_extremes,
    one_better_answer_never_makes_it_worse,
    parts_pool_to_the_whole,
    left_out_cells_leave_the_score_alone,
    standard_error_is_that_of_a_mean_of_codes,
]
