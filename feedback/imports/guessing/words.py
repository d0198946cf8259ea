"""What questions and answers are called, in the six languages whose exports we have seen most.

English, French, German, Spanish, Italian, Portuguese. All words as `folded` leaves them.
"""

import re

from feedback.offline.words import folded

# What a question is about, by a part of a word in it.
RECOMMEND = re.compile(
    r"\bnps|net promoter|netpro|recommend|recommand|weiterempf|empfehl|recomend|raccomand|consigli|"
    r"conseill",
)
SATISFIED = re.compile(
    r"\bcsat\b|satisf|zufrieden|soddisf|satisfei|insatisf|content[eo]?\b|happy with"
)
GERMAN = re.compile(r"zufrieden|bewert|note\b")
EASY = re.compile(
    r"\bces\b|\beas[ey]|easily|facile|facilit|simple de|einfach|leicht|f[aá]cil|semplice|effort|"
    r"aufwand|mühe|esfuerzo|sforzo|esforço"
)
EFFORT = re.compile(r"effort|aufwand|mühe|esfuerzo|sforzo|esforço")
RATED = re.compile(
    r"\b(rating|rate[ds]?|score|stars?|note|nota|notation|évaluation|bewertung|sterne|étoiles?|"
    r"estrellas|stelle|estrelas|punteggio|puntuación|voto|valoración|avaliação|smiley|q\d+)\b"
)
# A scale that the question itself names: "0-10", "de 1 à 5", "von 1 bis 7", "out of 5", "/10".
SCALE = re.compile(
    r"(?<!\d)(?P<low>[01]) ?(?:-|to|à|a|bis|al?|até|/|\.\.\.?) ?(?P<high>10|[3-9])(?!\d)"
    r"|(?:out of|sur|von|de|su|/) ?(?P<top>10|5|7)(?!\d)"
)
# Columns that hold numbers and are no ratings.
NOT_RATED = re.compile(
    r"\b(age|âge|alter|edad|età|idade|year|année|jahr|año|anno|ano|month|day|hour|count|number|"
    r"quantity|duration|progress|seconds?|latitude|longitude|zip|postal|weight|page|seed|"
    r"visits?|orders?|kids|children|version)\b"
)

_SATISFACTION = (
    # very dissatisfied, dissatisfied, neutral, satisfied, very satisfied
    "very dissatisfied|very unsatisfied|extremely dissatisfied|very bad|very poor|terrible|"
    "très insatisfait|très insatisfaite|très mécontent|pas du tout satisfait|très mauvais|"
    "sehr unzufrieden|sehr schlecht|muy insatisfecho|muy insatisfecha|muy malo|muy mala|"
    "molto insoddisfatto|molto insoddisfatta|per niente soddisfatto|pessimo|"
    "muito insatisfeito|muito insatisfeita|muito ruim|péssimo",
    "dissatisfied|unsatisfied|somewhat dissatisfied|bad|poor|insatisfait|insatisfaite|mécontent|"
    "plutôt insatisfait|peu satisfait|mauvais|unzufrieden|eher unzufrieden|schlecht|insatisfecho|"
    "insatisfecha|malo|mala|insoddisfatto|insoddisfatta|poco soddisfatto|scarso|insatisfeito|"
    "insatisfeita|ruim",
    "neutral|neither satisfied nor dissatisfied|ok|okay|average|fair|neutre|"
    "ni satisfait ni insatisfait|moyen|weder zufrieden noch unzufrieden|teils/teils|teils teils|"
    "mittelmäßig|ni satisfecho ni insatisfecho|regular|né soddisfatto né insoddisfatto|neutro|"
    "neutrale|nem satisfeito nem insatisfeito",
    "satisfied|somewhat satisfied|good|satisfait|satisfaite|plutôt satisfait|content|bien|bon|"
    "zufrieden|eher zufrieden|gut|satisfecho|satisfecha|bueno|buena|soddisfatto|soddisfatta|"
    "abbastanza soddisfatto|buono|satisfeito|satisfeita|bom|boa",
    "very satisfied|extremely satisfied|completely satisfied|very good|excellent|great|"
    "très satisfait|très satisfaite|tout à fait satisfait|très content|très bien|très bon|"
    "sehr zufrieden|sehr gut|ausgezeichnet|muy satisfecho|muy satisfecha|muy bueno|muy buena|"
    "excelente|molto soddisfatto|molto soddisfatta|ottimo|eccellente|muito satisfeito|"
    "muito satisfeita|muito bom|ótimo",
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
# "1 = very satisfied": where the low end of a scale is said to be the good one.
_ONE_IS = re.compile(r"(?<!\d)[01] ?[=:(-]+ ?(?P<words>[^,;/)\d]+)")
_BEST = re.compile(
    r"\b(best|très bien|sehr gut|highest|meilleure?|beste|mejor|migliore|melhor|strongly agree)\b"
)


def one_is_best(question: str) -> bool:
    """Whether a folded question, or an answer, says that the low end of its scale is the good one.

    >>> one_is_best("rate us (1 = very satisfied, 5 = very dissatisfied)"), one_is_best("1-5")
    (True, False)
    """
    for found in _ONE_IS.finditer(question):
        said = found["words"].strip()
        steps = [scale.get(said) for scale in (SATISFACTION, EASE, AGREE)]
        if _BEST.search(said) or any(step is not None and step >= 4 for step in steps):
            return True
    return False
