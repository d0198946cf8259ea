"""How much is measured: the real thing, or a smoke test of every line in a minute."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Responses in the databases, rounds, seconds."""

    tiny: int
    stored: tuple[int, ...]
    rounds: int
    round_seconds: float
    warm_seconds: float
    pages: int
    ratings: int
    imported: tuple[int, int]
    starts: int
    answers: int
    wide: int
    requests: int
    commented: int

    @property
    def large(self) -> int:
        return self.stored[-1]

    @staticmethod
    def name(responses: int) -> str:
        """
        >>> Sizes.name(10_000_000), Sizes.name(100_000), Sizes.name(500)
        ('10 million', '100 thousand', '500')
        """
        if responses >= 1_000_000:
            return f"{responses / 1_000_000:g} million"
        return f"{responses / 1000:g} thousand" if responses >= 1000 else str(responses)


FULL = Sizes(
    tiny=1_000,
    stored=(100_000, 1_000_000, 10_000_000),
    rounds=5,
    round_seconds=3,
    warm_seconds=2,
    pages=60,
    ratings=10_000_000,
    imported=(100_000, 500_000),
    starts=5,
    answers=2_560,
    wide=300,
    requests=20_000,
    commented=1_000_000,
)
QUICK = Sizes(
    tiny=100,
    stored=(500, 2_000),
    rounds=1,
    round_seconds=0.3,
    warm_seconds=0,
    pages=1,
    ratings=100_000,
    imported=(200, 1_000),
    starts=1,
    answers=128,
    wide=10,
    requests=20,
    commented=1_000,
)
