"""Scores of NPS, CSAT and CES ratings: pure functions, no database, no web.

================  ==================================================================
``metrics``       Metric, METRICS: scale, direction, bands and headline of each metric
``ratings``       parse_ratings: raw cells -> counts, missing, invalid
``scores``        score: counts -> Score; row_dict, metric_dict: their JSON objects;
                  round_half_away, for display
``intervals``     net_interval, share_interval, mean_interval
``people``        people_interval: where one person gave several answers
``repeats``       with_people, repeats_of: the same for a Score, and for the months of a line
``compare``       compare_net, compare_share, compare_mean, compare_scores, compare_weighted
``changes``       changes, changes_from: what a line of months really did; FALSE_ALARMS_A_YEAR
``watch``         watch: the same of several lines at once, under the unrest of real months
``effect``        effect: the months after an action, beside the same months a year before
``weighting``     weighted_net, weighted_score
``trends``        score_groups: a frame of counts -> one Score a group; rolling
``months``        shift, months_between, first_day, ...: months written YYYY-MM
``drivers``       drivers, drivers_from_correlation: what an outcome is linked with
``quadrants``     quadrants: importance against performance
``samples``       how many answers are needed: net_sample_size, ..._difference_sample_size
``multiplicity``  benjamini_hochberg
``together``      all_pairs, pair_level: what holds whichever two of several a reader picks
``control``       xmr, p_chart, laney_p_chart, net_chart: limits for the eye
``shrinkage``     shrink: scores of small groups drawn to the common one
``words``         telling_words, word_odds: what sets two groups of texts apart
``mix``           decompose: a change, split into change within groups and change of mix
================  ==================================================================

Importing it loads neither numpy, scipy nor pandas; the functions that need them do.
"""

from feedback.scoring.changes import (
    FALSE_ALARMS_A_YEAR,
    Change,
    changes,
    changes_from,
    changes_of_scores,
)
from feedback.scoring.compare import (
    Comparison,
    Difference,
    compare_mean,
    compare_net,
    compare_scores,
    compare_share,
)
from feedback.scoring.compare_weighted import compare_weighted
from feedback.scoring.control import Chart, laney_p_chart, net_chart, p_chart, xmr
from feedback.scoring.drivers_quadrants import PlacedItem, Quadrants, quadrants
from feedback.scoring.drivers_result import (
    DriverPair,
    DriverRow,
    Drivers,
    NearTwins,
    respondents_needed,
)
from feedback.scoring.drivers_shares import drivers, drivers_from_correlation
from feedback.scoring.effect import Effect, effect
from feedback.scoring.errors import ScoringError
from feedback.scoring.intervals import Interval, mean_interval, net_interval, share_interval
from feedback.scoring.metrics import METRICS, Metric
from feedback.scoring.mix import Mix, MixGroup, decompose
from feedback.scoring.multiplicity import benjamini_hochberg
from feedback.scoring.people import (
    PeopleInterval,
    PeopleSums,
    people_interval,
    people_sums,
)
from feedback.scoring.ratings import Ratings, parse_ratings
from feedback.scoring.repeats import Repeats, repeats_by, repeats_of, with_people
from feedback.scoring.samples import (
    net_difference_sample_size,
    net_sample_size,
    share_difference_sample_size,
)
from feedback.scoring.scores import (
    FEW_BELOW,
    HIDDEN_BELOW,
    MEAN_FROM,
    Score,
    metric_dict,
    round_half_away,
    row_dict,
    score,
)
from feedback.scoring.shrinkage import Shrinkage, shrink
from feedback.scoring.together import (
    all_pairs,
    pair_level,
    picked_from,
    share_touch,
    student_wider,
)
from feedback.scoring.trends import ScoreRow, rolling, score_groups
from feedback.scoring.watch import Held, Watched, usual, watch, watch_scores
from feedback.scoring.weighting import WeightedScore, weighted_net, weighted_score
from feedback.scoring.words import Telling, Uses, WordOdds, telling_words, word_odds

__all__ = [
    "FALSE_ALARMS_A_YEAR",
    "FEW_BELOW",
    "HIDDEN_BELOW",
    "MEAN_FROM",
    "METRICS",
    "Change",
    "Chart",
    "Comparison",
    "Difference",
    "DriverPair",
    "DriverRow",
    "Drivers",
    "Effect",
    "Held",
    "Interval",
    "Metric",
    "Mix",
    "MixGroup",
    "NearTwins",
    "PeopleInterval",
    "PeopleSums",
    "PlacedItem",
    "Quadrants",
    "Ratings",
    "Repeats",
    "Score",
    "ScoreRow",
    "ScoringError",
    "Shrinkage",
    "Telling",
    "Uses",
    "Watched",
    "WeightedScore",
    "WordOdds",
    "all_pairs",
    "benjamini_hochberg",
    "changes",
    "changes_from",
    "changes_of_scores",
    "compare_mean",
    "compare_net",
    "compare_scores",
    "compare_share",
    "compare_weighted",
    "decompose",
    "drivers",
    "drivers_from_correlation",
    "effect",
    "laney_p_chart",
    "mean_interval",
    "metric_dict",
    "net_chart",
    "net_difference_sample_size",
    "net_interval",
    "net_sample_size",
    "p_chart",
    "pair_level",
    "parse_ratings",
    "people_interval",
    "people_sums",
    "picked_from",
    "quadrants",
    "repeats_by",
    "repeats_of",
    "respondents_needed",
    "rolling",
    "round_half_away",
    "row_dict",
    "score",
    "score_groups",
    "share_difference_sample_size",
    "share_interval",
    "share_touch",
    "shrink",
    "student_wider",
    "telling_words",
    "usual",
    "watch",
    "watch_scores",
    "weighted_net",
    "weighted_score",
    "with_people",
    "word_odds",
    "xmr",
]
