"""What questions and answers are called, in the six languages whose exports we have seen most.

English, French, German, Spanish, Italian, Portuguese. All words as `folded` leaves them.
"""

import re

from feedback.offline.words import folded

# What a question is about, by a part of a word in it.
RECOMMEND = re.compile(
    r"\bnps|net promoter|netpro|recommend|recommand|weiterempf|empfehl|recomend|raccomand|"
    r"\bconsigli(?:er|ate)|conseille(?:r[ia]|z)"
)
SATISFIED = re.compile(r"\bcsat\b|satisf|zufrieden|soddisf|\bhappy (?:are|were) you|happy with")
GERMAN = re.compile(r"zufrieden|bewert|note\b")
EASY = re.compile(
    r"\bces\b|\beas[ey]|easily|facile|facilit|simple de|einfach|\bleicht|f[aá]cil|semplice|effort|"
    r"aufwand|mühe|esfuerzo|sforzo|esforço"
)
EFFORT = re.compile(r"effort|aufwand|mühe|esfuerzo|sforzo|esforço")
RATED = re.compile(
    r"\b(rating|rate[ds]?|score|stars?|note|nota|notation|évaluation|bewertung|sterne|étoiles?|"
    r"estrellas|stelle|estrelas|punteggio|puntuación|voto|valoración|avaliação|smiley|q\d+)\b"
)
# A scale that the question itself names: "0-10", "de 1 à 5", "von 1 bis 7", "out of 5", "/10".
SCALE = re.compile(
    r"(?<!\w)(?P<low>[01]) ?(?:-|to|à|a|bis|al?|até|/|\.\.\.?) ?(?P<high>10|[3-9])(?!\d)"
    r"|(?:\b(?:out of|sur|su) |/ ?)(?P<top>10|5|7)(?!\d)"
)
# Columns that hold numbers and are no ratings.
NOT_RATED = re.compile(
    r"\b(age|âge|alter|edad|età|idade|year|année|jahr|año|anno|ano|month|day|hour|count|number|"
    r"quantity|duration|progress|seconds?|latitude|longitude|zip|postal|weight|page|seed|"
    r"visits?|orders?|kids|children|version)\b"
)

# The steps of five, worst first. "Good" is none of them: it is the third of Poor, Fair, Good, Very
# good, Excellent and the fourth of Bad, OK, Good, Very good.
_SATISFACTION = (
    "very dissatisfied|very unsatisfied|extremely dissatisfied|très insatisfait|"
    "très insatisfaite|très mécontent|pas du tout satisfait|pas du tout satisfaite|"
    "sehr unzufrieden|muy insatisfecho|muy insatisfecha|molto insoddisfatto|molto insoddisfatta|"
    "per niente soddisfatto|per niente soddisfatta|muito insatisfeito|muito insatisfeita",
    "dissatisfied|unsatisfied|somewhat dissatisfied|insatisfait|insatisfaite|mécontent|"
    "plutôt insatisfait|plutôt insatisfaite|peu satisfait|peu satisfaite|unzufrieden|"
    "eher unzufrieden|insatisfecho|insatisfecha|insoddisfatto|insoddisfatta|poco soddisfatto|"
    "poco soddisfatta|insatisfeito|insatisfeita",
    "neutral|neither satisfied nor dissatisfied|neutre|ni satisfait ni insatisfait|"
    "ni satisfaite ni insatisfaite|weder zufrieden noch unzufrieden|teils/teils|teils teils|"
    "ni satisfecho ni insatisfecho|né soddisfatto né insoddisfatto|neutro|neutrale|"
    "nem satisfeito nem insatisfeito",
    "satisfied|somewhat satisfied|satisfait|satisfaite|plutôt satisfait|plutôt satisfaite|"
    "zufrieden|eher zufrieden|satisfecho|satisfecha|soddisfatto|soddisfatta|"
    "abbastanza soddisfatto|abbastanza soddisfatta|satisfeito|satisfeita",
    "very satisfied|extremely satisfied|completely satisfied|très satisfait|très satisfaite|"
    "tout à fait satisfait|tout à fait satisfaite|très content|sehr zufrieden|muy satisfecho|"
    "muy satisfecha|molto soddisfatto|molto soddisfatta|muito satisfeito|muito satisfeita",
)
_EASE = (
    "very difficult|très difficile|sehr schwierig|sehr schwer|muy difícil|molto difficile|"
    "muito difícil",
    "difficult|hard|somewhat difficult|difficile|plutôt difficile|schwierig|schwer|difícil",
    "neutral|neither easy nor difficult|neutre|ni facile ni difficile|weder einfach noch schwierig|"
    "ni fácil ni difícil|né facile né difficile|neutro|nem fácil nem difícil",
    "easy|somewhat easy|facile|plutôt facile|einfach|leicht|fácil",
    "very easy|très facile|sehr einfach|sehr leicht|muy fácil|molto facile|muito fácil",
)
_AGREE = (
    "strongly disagree|pas du tout d'accord|stimme überhaupt nicht zu|stimme gar nicht zu|"
    "totalmente en desacuerdo|muy en desacuerdo|fortemente in disaccordo|discordo totalmente",
    "disagree|somewhat disagree|pas d'accord|plutôt pas d'accord|stimme nicht zu|"
    "stimme eher nicht zu|en desacuerdo|in disaccordo|discordo",
    "neutral|neither agree nor disagree|neutre|ni d'accord ni pas d'accord|weder noch|"
    "teils/teils|ni de acuerdo ni en desacuerdo|neutro|neutrale|nem concordo nem discordo",
    "agree|somewhat agree|d'accord|plutôt d'accord|stimme zu|stimme eher zu|de acuerdo|"
    "d'accordo|concordo",
    "strongly agree|tout à fait d'accord|stimme voll zu|stimme voll und ganz zu|"
    "totalmente de acuerdo|muy de acuerdo|fortemente d'accordo|concordo totalmente",
)


def _numbers(steps: tuple[str, ...]) -> dict[str, int]:
    return {folded(word): n for n, words in enumerate(steps, start=1) for word in words.split("|")}


# Words -> their step of five, worst first.
SATISFACTION, EASE, AGREE = _numbers(_SATISFACTION), _numbers(_EASE), _numbers(_AGREE)

_NO_ANSWER = (
    "n/a|na|n.a.|-|--|—|none|null|nan|blank|no answer|not answered|no response|not applicable|"
    "don't know|i don't know|not sure|prefer not to say|sans réponse|sans objet|ne sait pas|"
    "je ne sais pas|nsp|non concerné|keine angabe|k. a.|k.a.|weiß nicht|nicht zutreffend|no sabe|"
    "ns/nc|no aplica|no contesta|non so|non applicabile|nessuna risposta|não sei|não se aplica|"
    "sem resposta|#n/a|?"
)
NO_ANSWER = frozenset(map(folded, _NO_ANSWER.split("|")))
# "1 = very satisfied": a number beside words, and words that are at the good or the bad end.
_BESIDE = re.compile(r"(?<!\w)(?P<number>\d{1,2}) ?[=:(.)-]+ ?(?P<words>[^,;/)\d]+)")
_GOOD = re.compile(
    r"\b(best|highest|very good|excellent|great|très bien|très bon|excellente?|meilleure?|sehr gut|"
    r"beste|muy bien|muy bueno|mejor|excelente|ottimo|migliore|muito bom|ótimo|melhor)\b"
)
_BAD = re.compile(
    r"\b(worst|lowest|very bad|very poor|terrible|awful|très mauvais|pire|sehr schlecht|"
    r"schlechteste|mangelhaft|ungenügend|muy malo|peor|pessimo|peggiore|muito ruim|péssimo|pior|"
    r"not at all)\b"
)


def is_turned(text: str) -> bool:
    """Whether a folded question or answer says that a low number of its scale is the good end.

    >>> is_turned("rate us (1 = very satisfied, 5 = very dissatisfied)"), is_turned("1-5")
    (True, False)
    >>> is_turned("5 - very bad"), is_turned("0 - not at all likely"), is_turned("10 - excellent")
    (True, False, False)
    """
    return any(
        (int(found["number"]) <= 1 and _end(found["words"]) > 0)
        or (int(found["number"]) >= 4 and _end(found["words"]) < 0)
        for found in _BESIDE.finditer(text)
    )


def _end(said: str) -> int:
    """1 for the good end of a scale, -1 for the bad one, 0 for neither."""
    said = said.strip()
    step = next((scale[said] for scale in (SATISFACTION, EASE, AGREE) if said in scale), 3)
    return (step > 3 or _GOOD.search(said) is not None) - (
        step < 3 or _BAD.search(said) is not None
    )
