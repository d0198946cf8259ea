"""Why a total moved: within its groups, or through their mix."""

from collections import Counter
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, Metric, ScoringError, decompose, score

NPS = METRICS["nps"]
EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
Period = dict[str, dict[int, int]]


def of(promoters: int, detractors: int) -> dict[int, int]:
    return {10: promoters, 0: detractors}


def periods(metric: Metric) -> st.SearchStrategy[Period]:
    counts = st.dictionaries(st.sampled_from(metric.scale), st.integers(0, 40), max_size=4)
    return st.dictionaries(st.sampled_from(["app", "mail", "shop", "site"]), counts).filter(
        lambda period: any(sum(group.values()) for group in period.values())
    )


def test_a_total_may_fall_although_no_part_of_it_did() -> None:
    """Kitagawa's point: mail scores worse, and there is more of it."""
    found = decompose(
        {"app": of(80, 20), "mail": of(10, 10)}, {"app": of(40, 10), "mail": of(50, 50)}, NPS
    )
    assert (found.before, found.after, found.change) == (50, 20, -30)
    assert (found.within, found.mix) == pytest.approx((0, -30))


def test_it_is_the_textbook_split() -> None:
    """Shares 0.8, 0.2 then a third, two thirds; scores 60, 0 then 40, -10."""
    found = decompose(
        {"app": of(64, 16), "mail": of(10, 10)}, {"app": of(35, 15), "mail": of(45, 55)}, NPS
    )
    shares = [(0.8, 1 / 3), (0.2, 2 / 3)]
    scores = [(60, 40), (0, -10)]
    within = sum((a + b) / 2 * (y - x) for (a, b), (x, y) in zip(shares, scores, strict=True))
    mix = sum((x + y) / 2 * (b - a) for (a, b), (x, y) in zip(shares, scores, strict=True))
    assert (found.within, found.mix) == pytest.approx((within, mix))


def test_when_the_shares_stay_all_of_it_is_within() -> None:
    found = decompose({"a": of(5, 5), "b": of(10, 0)}, {"a": of(20, 0), "b": of(10, 10)}, NPS)
    assert found.mix == pytest.approx(0)
    assert [group.within for group in found.groups] == pytest.approx([50, -50])


def test_a_part_that_scores_badly_does_harm_by_growing() -> None:
    found = decompose({"app": of(80, 20), "mail": of(10, 10)}, {"mail": of(10, 10)}, NPS)
    app, mail = found.groups
    assert app.mix < 0 and mail.mix < 0
    better = decompose({"mail": of(10, 10), "app": of(10, 0)}, {"app": of(90, 10)}, NPS)
    assert all(group.mix > 0 for group in better.groups)


def test_a_part_in_one_period_only_is_all_mix() -> None:
    found = decompose({"app": of(30, 10)}, {"app": of(30, 10), "kiosk": of(0, 40)}, NPS)
    app, kiosk = found.groups
    assert (kiosk.within, app.within, found.within) == (0, 0, 0)
    assert (kiosk.score_before, kiosk.score_after, kiosk.n_before) == (None, -100, 0)
    assert found.mix == pytest.approx(found.change) == pytest.approx(-75)


def test_parts_without_answers_are_left_out() -> None:
    found = decompose({"app": of(3, 1), "mail": {}}, {"app": of(3, 1), "mail": {10: 0}}, NPS)
    assert [group.name for group in found.groups] == ["app"]


def test_parts_come_in_the_order_of_the_first_period_then_new_ones() -> None:
    found = decompose({"z": of(1, 0), "a": of(1, 0)}, {"k": of(1, 0), "a": of(1, 0)}, NPS)
    assert [group.name for group in found.groups] == ["z", "a", "k"]


@EVERY_METRIC
@given(st.data())
@settings(max_examples=40)
def test_the_parts_add_up_to_the_change(metric: Metric, data: st.DataObject) -> None:
    before, after = data.draw(periods(metric)), data.draw(periods(metric))
    found = decompose(before, after, metric)
    assert found.within + found.mix == pytest.approx(found.change, abs=1e-9)
    assert found.change == found.after - found.before
    assert found.before == score(pooled(before), metric).score
    assert found.after == score(pooled(after), metric).score
    for shares in ("share_before", "share_after"):
        assert sum(getattr(group, shares) for group in found.groups) == pytest.approx(1)


@EVERY_METRIC
@given(st.data())
@settings(max_examples=20)
def test_time_run_backwards_changes_the_signs(metric: Metric, data: st.DataObject) -> None:
    before, after = data.draw(periods(metric)), data.draw(periods(metric))
    found, backwards = decompose(before, after, metric), decompose(after, before, metric)
    assert (backwards.within, backwards.mix) == pytest.approx((-found.within, -found.mix))


@EVERY_METRIC
@given(st.data())
@settings(max_examples=20)
def test_ten_times_the_answers_leave_it_alone(metric: Metric, data: st.DataObject) -> None:
    before, after = data.draw(periods(metric)), data.draw(periods(metric))
    found = decompose(before, after, metric)
    more = {
        name: {rating: 10 * n for rating, n in counts.items()} for name, counts in after.items()
    }
    larger = decompose(before, more, metric)
    assert (larger.within, larger.mix) == pytest.approx((found.within, found.mix), abs=1e-9)


def pooled(period: Period) -> dict[int, int]:
    ratings = {rating for counts in period.values() for rating in counts}
    return {r: sum(counts.get(r, 0) for counts in period.values()) for r in ratings}


@pytest.mark.parametrize("empty", [{}, {"app": {}}, {"app": {10: 0}}], ids=str)
def test_a_period_without_answers_is_rejected(empty: Period) -> None:
    with pytest.raises(ScoringError, match="both periods"):
        decompose({"app": of(1, 1)}, empty, NPS)
    with pytest.raises(ScoringError, match="both periods"):
        decompose(empty, {"app": of(1, 1)}, NPS)


def test_a_rating_off_the_scale_is_rejected() -> None:
    with pytest.raises(ScoringError, match="11"):
        decompose({"app": {11: 1}}, {"app": {10: 1}}, NPS)


def test_its_input_is_left_alone_and_any_mapping_will_do() -> None:
    before, after = {"app": Counter(of(3, 1))}, {"app": Counter(of(1, 3)), "mail": Counter()}
    found = decompose(before, after, NPS)
    assert found == decompose(MappingProxyType(before), MappingProxyType(after), NPS)
    assert before == {"app": of(3, 1)} and after == {"app": of(1, 3), "mail": {}}
