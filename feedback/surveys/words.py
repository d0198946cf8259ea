"""What a customer reads around a survey's own texts, in the widget and on the hosted page.

Not in the catalogues of the interface: a survey speaks the customer's language, which the team's
need not be, and the widget must carry these few words itself. A language is added by one entry.
"""

from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "en"

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "of": "{rating} of {maximum}",
        "chosen": "You chose {rating}. Tap another number to change it.",
        "send": "Send",
        "close": "Close",
        "waiting": "Not sent yet. We keep trying.",
        "failed": "This answer could not be stored.",
        "test": "Test, not counted",
    },
    "fr": {
        "of": "{rating} sur {maximum}",
        "chosen": "Vous avez choisi {rating}. Touchez une autre note pour changer.",
        "send": "Envoyer",
        "close": "Fermer",
        "waiting": "Pas encore envoyée. Nous réessayons.",
        "failed": "Cette réponse n’a pas pu être enregistrée.",
        "test": "Test, non compté",
    },
}

# What a survey's own texts leave out.
USUAL_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "question": "",
        "low": "",
        "high": "",
        "comment": "Would you like to say why?",
        "thanks": "Thank you. Your answer is recorded.",
    },
    "fr": {
        "question": "",
        "low": "",
        "high": "",
        "comment": "Souhaitez-vous dire pourquoi\u202f?",
        "thanks": "Merci. Votre réponse est enregistrée.",
    },
}

# Only the hosted page says these.
PAGE_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "languages": "Languages",
        "counted_most": "What counted most?",
        "up_to_two": "up to two",
        "none_of_these": "None of these",
        "too_many_moments": "Choose up to two, or “None of these” alone, then press Send.",
        "press": "Press Send to record your choice.",
        "optional": "optional",
        "no_rating": "Choose a number, then press Send.",
        "comment_too_long": "The comment is too long. Shorten it, then press Send.",
        "not_stored": "Something in this answer could not be read. Check it, then press Send.",
        "too_large_title": "This answer is too large",
        "too_large": "It could not be stored. Go back, shorten the comment, and send it again.",
        "busy": "Your answer could not be stored just now. Press Send again in a moment.",
        "sent": "Your {rating} is recorded. To change it, go back and send it again.",
        "unknown_title": "There is no survey here",
        "unknown": "The link is incomplete or wrong. Open it again from where you received it.",
        "paused_title": "This survey is taking a break",
        "paused": "It takes no answers at the moment. Try the link again later.",
        "draft_title": "This survey is not open yet",
        "draft": "It takes no answers so far. Try the link again later.",
        "closed_title": "This survey is closed",
        "closed": "It takes no more answers. Thank you for wanting to answer.",
        "thanks_title": "Thank you",
    },
    "fr": {
        "languages": "Langues",
        "counted_most": "Qu’est-ce qui a le plus compté\u202f?",
        "up_to_two": "deux au plus",
        "none_of_these": "Aucun de ces moments",
        "too_many_moments": "Cochez deux cases au plus, ou «\u00a0Aucun\u00a0» seul, puis envoyez.",
        "press": "Appuyez sur Envoyer pour enregistrer votre choix.",
        "optional": "facultatif",
        "no_rating": "Choisissez une note, puis envoyez.",
        "comment_too_long": "Le commentaire est trop long. Raccourcissez-le, puis envoyez.",
        "not_stored": "Un élément de cette réponse n’a pas pu être lu. Vérifiez, puis envoyez.",
        "too_large_title": "Cette réponse est trop longue",
        "too_large": "Elle n’a pas été enregistrée. Revenez, raccourcissez le texte et renvoyez.",
        "busy": "Votre réponse n’a pas pu être enregistrée. Renvoyez-la dans un instant.",
        "sent": "Votre note de {rating} est enregistrée. Pour changer, revenez et renvoyez.",
        "unknown_title": "Il n’y a pas d’enquête ici",
        "unknown": "Le lien est incomplet ou faux. Rouvrez-le là où vous l’avez reçu.",
        "paused_title": "Cette enquête fait une pause",
        "paused": "Elle ne prend pas de réponse en ce moment. Réessayez plus tard.",
        "draft_title": "Cette enquête n’est pas encore ouverte",
        "draft": "Elle ne prend pas encore de réponse. Réessayez plus tard.",
        "closed_title": "Cette enquête est close",
        "closed": "Elle ne prend plus de réponse. Merci d’avoir voulu répondre.",
        "thanks_title": "Merci",
    },
}


def words_language(language: str) -> str:
    """The language of these words that suits a survey's language: `fr` for `fr-CA`, else `en`.

    >>> words_language("fr-CA"), words_language("de")
    ('fr', 'en')
    """
    short = language.replace("_", "-").split("-")[0].lower()
    return short if short in WORDS else DEFAULT


def complete_texts(texts: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    """A survey's texts in a language, with the usual ones where it has none of its own."""
    own = {name: text for name, text in texts.get(language, {}).items() if text}
    return USUAL_TEXTS[words_language(language)] | own


def page_words(language: str) -> dict[str, str]:
    """All words of the hosted page for a survey's language."""
    code = words_language(language)
    return WORDS[code] | PAGE_WORDS[code]
