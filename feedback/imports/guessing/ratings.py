"""Which columns hold ratings, and on which scale: said only where nothing else is possible."""

from collections import Counter
from dataclasses import dataclass, field

from feedback.imports.guessing import words
from feedback.imports.guessing.columns import Column
from feedback.offline.labels import number_in
from feedback.offline.words import folded, plain_number
from feedback.scoring import METRICS
from feedback.scoring.ratings import normalise

# So many answers without a 0, or below the top, make a scale that has it unlikely.
_MANY = 100
_ASKS = (words.RECOMMEND, words.SATISFIED, words.EASY)
_ENOUGH = 50
_MOST_WORDS = 11
_ZENDESK = frozenset(
    ("good", "bad", "offered", "unoffered", "good with comment", "bad with comment")
)


@dataclass(slots=True)
class RatingGuess:
    """A likely rating column. metric: None where only its owner knows; why: the reason, in a
    sentence. labels: None stands for a word whose number only the owner knows."""

    column: Column
    metric: str | None
    why: str
    labels: dict[str, int | None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    @property
    def is_scaled(self) -> bool:
        """Whether it holds numbers, or words of a scale that is known."""
        return not self.labels or any(number is not None for number in self.labels.values())


@dataclass(slots=True)
class _Answers:
    """The cells of a column: plain numbers, words with a number, words, and no answers."""

    numbers: Counter[int] = field(default_factory=Counter)
    numbered: dict[str, int] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)


def guess_rating(column: Column, *, known: bool = False) -> RatingGuess | None:
    """What the column is as a rating; None when it is none. known: the export says that it is."""
    if column.is_many or not column.values or column.times is not None:
        return None
    question = folded(column.asked)
    told = _sorted(column.values)
    hinted = known or _is_hinted(question)
    if words.NOT_RATED.search(question) and not _is_about(question):
        return None
    if told.texts and set(map(folded, told.texts)) <= _ZENDESK:
        return _thumbs(column, told)
    if told.texts:
        return _by_words(column, told, question) or _by_other_words(column, told, question)
    if not told.numbers or not hinted:
        return None
    guess = _by_numbers(column, told.numbers, question)
    if guess is not None:
        if words.is_turned(question) or any(map(words.is_turned, map(folded, told.numbered))):
            guess.metric, guess.why = None, "its low end is the good one: turn it by labels"
        guess.missing += told.missing
        guess.labels = {**told.numbered, **guess.labels}
    return guess


def _thumbs(column: Column, told: _Answers) -> RatingGuess:
    """Zendesk's good and bad, and "offered" where nobody answered."""
    asked = [text for text in told.texts if folded(text).endswith("offered")]
    rated: dict[str, int | None] = {text: None for text in told.texts if text not in asked}
    why = "two steps: csat_3 with good = 3 and bad = 1 gives the share of good ones"
    return RatingGuess(column, None, why, rated, [*told.missing, *asked])


def _sorted(values: Counter[str]) -> _Answers:
    told = _Answers()
    for text, n in values.items():
        said = normalise(plain_number(text))
        if isinstance(said, int):
            told.numbers[said] += n
        elif folded(text) in words.NO_ANSWER:
            told.missing.append(text)
        elif (number := number_in(text)) is not None:
            told.numbers[number] += n
            told.numbered[text] = number
        else:
            told.texts[text] += n
    return told


def _is_about(question: str) -> bool:
    return any(pattern.search(question) for pattern in _ASKS)


def _is_hinted(question: str) -> bool:
    named = words.RATED.search(question) or words.SCALE.search(question)
    return _is_about(question) or named is not None


def _by_words(column: Column, told: _Answers, question: str) -> RatingGuess | None:
    """Words of a scale that is known, in any of its languages; all of them, or it is none."""
    for scale, metric in (
        (words.SATISFACTION, "csat_5"),
        (words.EASE, "ces_ease_5"),
        (words.AGREE, None),
    ):
        steps = {text: scale.get(folded(text)) for text in told.texts}
        known = [step for step in steps.values() if step is not None]
        if len(known) < (1 if _is_about(question) else 2) or len(known) < 0.6 * len(steps):
            continue
        labels: dict[str, int | None] = {**told.numbered, **steps}
        guess = RatingGuess(column, metric, "", labels, list(told.missing))
        if len(set(known)) < len(known):
            guess.metric, guess.why = None, "two of its words stand for the same step of five"
        elif len(known) < len(steps):
            guess.metric, guess.why = None, "not all of its words are known"
        elif told.numbers:
            guess.metric, guess.why = None, "it holds words and numbers"
        elif not {1, 5} & set(known):
            guess.metric, guess.why = (
                None,
                "neither end of a scale of five is there: how many steps?",
            )
        elif metric is None:
            guess.why = "how far somebody agrees: csat_5, ces_ease_5, ..., by what was asked"
        return guess
    return None


def _by_other_words(column: Column, told: _Answers, question: str) -> RatingGuess | None:
    """Words that are not known, where a rating was asked for and people chose from a few."""
    if not _is_hinted(question) or len(told.texts) > _MOST_WORDS or column.is_unique:
        return None
    labels: dict[str, int | None] = {**told.numbered, **dict.fromkeys(told.texts)}
    return RatingGuess(column, None, "what its words stand for", labels, list(told.missing))


def _by_numbers(column: Column, numbers: Counter[int], question: str) -> RatingGuess | None:
    off = [n for n in numbers if not 0 <= n <= 10]
    on = Counter({n: times for n, times in numbers.items() if 0 <= n <= 10})
    if not on or (len(off) > 3 and sum(on.values()) < 0.5 * sum(numbers.values())):
        return None
    metric, why = _metric(on, question)
    guess = RatingGuess(column, metric, why)
    if metric is not None:
        off += [n for n in on if n not in METRICS[metric].scale]
    guess.doubtful = sorted(off)
    return guess


def _metric(on: Counter[int], question: str) -> tuple[str | None, str]:
    """The only metric that is possible, or None and why none can be said."""
    low, high, n = min(on), max(on), sum(on.values())
    if sum(pattern.search(question) is not None for pattern in _ASKS) > 1:
        return None, f"it holds {low} to {high}, and sounds like more than one question"
    stated = _stated(question)
    if stated and not (stated[0] <= low and high <= stated[1]):
        return None, f"the question says {stated[0]} to {stated[1]}, and it holds {low} to {high}"
    if words.RECOMMEND.search(question):
        return _recommending(low, high, n, stated)
    if set(on) <= {0, 1}:
        return None, "it holds 0 and 1 alone"
    if words.EASY.search(question):
        return _ease(low, high, n, stated, question)
    if words.SATISFIED.search(question):
        return _satisfied(low, high, n, stated, question)
    return None, f"it holds {low} to {high}, and what was asked is not plain: {_fitting(low, high)}"


def _stated(question: str) -> tuple[int, int] | None:
    found = words.SCALE.search(question)
    if found is None:
        return None
    if found["top"]:
        return (0 if found["top"] == "10" else 1), int(found["top"])
    return int(found["low"]), int(found["high"])


def _recommending(
    low: int, high: int, n: int, stated: tuple[int, int] | None
) -> tuple[str | None, str]:
    if (stated == (0, 10) and high > 5) or (low == 0 and high > 7):
        return "nps", ""
    if stated == (0, 10):
        return None, f"the question says 0 to 10, but none is above {high}"
    if stated is not None:
        return None, f"it recommends on {stated[0]} to {stated[1]}; NPS is 0 to 10"
    if high <= 7:
        return None, f"it recommends, but holds {low} to {high}: NPS is 0 to 10"
    if low == 1 or n >= _MANY:
        return None, f"no 0 among {n} answers: was the scale 1 to 10? NPS is 0 to 10"
    return "nps", ""


def _ease(
    low: int, high: int, n: int, stated: tuple[int, int] | None, question: str
) -> tuple[str | None, str]:
    if words.EFFORT.search(question):
        return None, "effort: is low good (ces_effort_5), or is it the ease of it (ces_ease_5, 7)?"
    if low >= 1 and (stated == (1, 7) or (high in (6, 7) and n >= _ENOUGH)):
        return "ces_ease_7", ""
    if stated == (1, 5):
        return "ces_ease_5", ""
    return None, f"ease, {low} to {high} in {n} answers: ces_ease_5 or ces_ease_7?"


def _satisfied(
    low: int, high: int, n: int, stated: tuple[int, int] | None, question: str
) -> tuple[str | None, str]:
    if low == 0:
        return None, f"satisfaction, {low} to {high}: is 0 an answer? csat_5, _7, _10 begin at 1"
    tops = {(1, 3): "csat_3", (1, 5): "csat_5", (1, 7): "csat_7", (1, 10): "csat_10"}
    if stated in tops:
        return tops[stated], ""
    if words.GERMAN.search(question):
        return None, f"{low} to {high}: is 1 the best? Then say so by labels"
    if n >= _ENOUGH and high in (5, 7, 10) and low <= 3:
        return tops[1, high], ""
    return None, f"satisfaction, {low} to {high} in {n} answers: {_fitting(low, high, 'csat')}"


def _fitting(low: int, high: int, kind: str = "") -> str:
    fitting = [
        key
        for key, metric in METRICS.items()
        if key.startswith(kind)
        and metric.minimum <= low
        and high <= metric.maximum
        and (key != "nps" or high > 7)
    ]
    if not fitting and low == 0:
        return f"no metric has this scale; is 0{' or 6' if high == 6 else ''} a code for no answer?"
    return f"{', '.join(fitting)}?" if fitting else "no metric has this scale"
