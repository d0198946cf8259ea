"""What is typed as a tag's name or words: put in order, and what is wrong with it."""

import unicodedata
from typing import NamedTuple

from feedback.comments.models import NAME
from feedback.comments.query import parse_query
from feedback.i18n import gettext as _
from feedback.web.forms import one_line

MOST_LINES, LONGEST_LINE = 50, 500
FOLDED = 3 * NAME


class Typed(NamedTuple):
    """What was typed, put in order, and what is wrong with it: "" if nothing is."""

    text: str
    problem: str


def read_name(text: str) -> Typed:
    """The name of a tag: 1 to 80 characters on one line, composed; whatever it holds is text.

    >>> read_name("  Late   delivery "), read_name(" ").problem
    (Typed(text='Late delivery', problem=''), 'Give the tag a name.')
    """
    name = one_line(text)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return Typed(name, _("Leave out characters that cannot be seen."))
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in name):
        return Typed(name, _("Give the tag a name."))
    if len(name) > NAME:
        said = _("A tag has at most %(most)s characters; this has %(n)s.")
        return Typed(name, said % {"most": NAME, "n": len(name)})
    return Typed(name, "")


def folded_name(name: str) -> str:
    """As names are compared: without case and accents.

    >>> folded_name("Délai  de LIVRAISON"), folded_name("C++"), folded_name("Straße")
    ('delai de livraison', 'c++', 'strasse')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    seen = "".join(letter for letter in apart if unicodedata.category(letter) not in ("Mn", "Cf"))
    return " ".join(seen.split())[:FOLDED] or name[:FOLDED]


def read_words(text: str) -> Typed:
    """The words of a tag, a search a line: a comment that one of them finds has the tag.

    >>> read_words(" late*\\n\\n never arrived").text
    'late*\\nnever arrived'
    """
    lines = [line for line in (one_line(each) for each in text.splitlines()) if line]
    whole = "\n".join(dict.fromkeys(lines))
    if len(lines) > MOST_LINES:
        return Typed(whole, _("Use at most %(n)s lines.") % {"n": MOST_LINES})
    for line in lines:
        if len(line) > LONGEST_LINE:
            said = _("Use at most %(n)s characters in a line.") % {"n": LONGEST_LINE}
            return Typed(whole, said)
        if problem := parse_query(line).problem:
            said = _("“%(line)s”: %(problem)s")
            return Typed(whole, said % {"line": line[:60], "problem": problem})
    return Typed(whole, "")
