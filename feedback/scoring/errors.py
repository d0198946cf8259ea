"""The one exception of the scoring functions."""


class ScoringError(ValueError):
    """Numbers no survey can have given: off the scale, negative, or none where some are needed."""
