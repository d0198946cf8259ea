"""Scores of NPS, CSAT and CES ratings: pure functions, no database, no web.

==============  ====================================================================
``metrics``     Metric, METRICS: scale, direction, bands and headline of each metric
``ratings``     parse_ratings: raw cells -> counts, missing, invalid
``scores``      score: counts -> Score; row_dict, metric_dict: their JSON objects
``intervals``   net_interval, share_interval, mean_interval
``compare``     compare_net, compare_share, compare_mean; compare_scores by the headline
``weighting``   weighted_net, weighted_score
``trends``      score_groups: a data frame of counts -> one Score a group; month_range
``rounding``    round_half_away, for display
==============  ====================================================================

Importing it loads neither numpy, scipy nor pandas; the functions that need them do.
"""

from feedback.scoring.compare import (
    Comparison,
    Difference,
    compare_mean,
    compare_net,
    compare_scores,
    compare_share,
)
from feedback.scoring.errors import ScoringError
from feedback.scoring.intervals import Interval, mean_interval, net_interval, share_interval
from feedback.scoring.metrics import METRICS, Metric
from feedback.scoring.ratings import Ratings, parse_ratings
from feedback.scoring.rounding import round_half_away
from feedback.scoring.scores import FEW_BELOW, HIDDEN_BELOW, Score, metric_dict, row_dict, score
from feedback.scoring.trends import ScoreRow, month_range, score_groups
from feedback.scoring.weighting import WeightedScore, weighted_net, weighted_score

__all__ = [
    "FEW_BELOW",
    "HIDDEN_BELOW",
    "METRICS",
    "Comparison",
    "Difference",
    "Interval",
    "Metric",
    "Ratings",
    "Score",
    "ScoreRow",
    "ScoringError",
    "WeightedScore",
    "compare_mean",
    "compare_net",
    "compare_scores",
    "compare_share",
    "mean_interval",
    "metric_dict",
    "month_range",
    "net_interval",
    "parse_ratings",
    "round_half_away",
    "row_dict",
    "score",
    "score_groups",
    "share_interval",
    "weighted_net",
    "weighted_score",
]
