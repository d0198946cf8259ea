"""Which of a survey's languages a customer reads."""

from collections.abc import Iterable, Sequence


def choose_language(wanted: Iterable[str], offered: Sequence[str], default: str) -> str:
    """The first wanted language that is offered, a near relative counting too.

    >>> choose_language(["de", "fr-CA", "en"], ["en", "fr"], "en")
    'fr'
    >>> choose_language(["pt"], ["en", "pt-BR"], "en"), choose_language([], ["fr"], "en")
    ('pt-BR', 'fr')
    """
    exact = {_normal(code): code for code in offered}
    short = {_normal(code).split("-")[0]: code for code in reversed(offered)}
    for code in map(_normal, wanted):
        found = exact.get(code) or exact.get(code.split("-")[0]) or short.get(code.split("-")[0])
        if found:
            return found
    return default if default in offered or not offered else offered[0]


def accepted_languages(header: str) -> list[str]:
    """The codes of an Accept-Language header, the most wanted first.

    >>> accepted_languages("de;q=0.5, fr-CA, en;q=x")
    ['fr-CA', 'de']
    """
    found = []
    for part in header.split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            found.append((-float(quality or 1), code))
        except ValueError:
            continue
    return [code for _, code in sorted(found, key=lambda pair: pair[0]) if code]


def _normal(code: str) -> str:
    return code.strip().replace("_", "-").lower()
