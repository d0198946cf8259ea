"""Words that say nothing of a comment on their own, French and English.

Articles, pronouns, prepositions, auxiliaries: chosen by hand after the lists of the Snowball
project (BSD), without those that mean something in the other language (car, son, main) and without
what turns a sentence round (not, no, pas, jamais, never, sans, without, trop, too).
"""

from feedback.comments.stems import fold

FRENCH = """
à au aux avec ayant c ça ce ceci cela celle celles celui ces cet cette ceux chez ci comme d dans de
des donc du elle elles en entre es est et étaient étais était étant êtes être eu eurent eut eux
fut furent il ils j je jusqu l la là le les leur leurs lors lui m ma mais me mes moi mon n ne
nos notre nous ont ou où par parce pendant peut peux pour puis qu quand que quel quelle quelles
quels qui quoi s sa se selon ser sera seront ses si soit sommes sont suis sur t ta te tes toi tu
un une va vers vos votre vous y ai aie aient ait as aura auront avaient avais avait avez avoir
avons aussi alors ainsi
"""
ENGLISH = """
a about am an and any are aren't as at be because been being but by can could couldn't did do does
doing for from had has have having he her here hers herself him himself his how i if in into is it
its itself let's me more most must my myself of off on once or other ought our ours ourselves out
over own shall she should so some such than that the their theirs them themselves then there these
they this those through to under until up very was we were what when where which while who whom why
with would you your yours yourself yourselves
d ll m re s t ve
"""
_AS_WRITTEN = frozenset((FRENCH + ENGLISH).replace("'", "’").split())
_WITHOUT_ACCENTS = frozenset(map(fold, _AS_WRITTEN))


def is_little(word: str) -> bool:
    """Whether nobody looks for it alone; a word with accents is one of the list or none.

    >>> is_little("the"), is_little("thé"), is_little("etre")
    (True, False, True)
    """
    return word in _AS_WRITTEN or (word.isascii() and word in _WITHOUT_ACCENTS)
