"""A survey's questions after the rating, and its endings, as the tests know them."""

from typing import Any

from litestar.testing import AsyncTestClient

Client = AsyncTestClient[Any]

FOLLOW_UPS: list[Any] = [
    {
        "id": "f1",
        "kind": "comment",
        "bands": ["negative", "neutral", "positive"],
        "texts": {"en": {"question": "What happened?"}, "fr": {"question": "Que s’est-il passé ?"}},
    },
    {
        "id": "f2",
        "kind": "single",
        "bands": ["negative"],
        "texts": {"en": {"question": "What went wrong?"}, "fr": {"question": "Qu’est-ce ?"}},
        "choices": [
            {"id": "c1", "texts": {"en": "Price", "fr": "Le prix"}},
            {"id": "c2", "texts": {"en": "Wait"}},
        ],
    },
    {
        "id": "f3",
        "kind": "multiple",
        "bands": ["negative", "positive"],
        "texts": {"en": {"question": "What did you use?"}},
        "choices": [
            {"id": "c3", "texts": {"en": "Shop"}},
            {"id": "c4", "texts": {"en": "App", "fr": "L’appli"}},
            {"id": "c5", "texts": {"en": "Fax"}, "gone": True},
        ],
    },
    {
        "id": "f4",
        "kind": "rating",
        "bands": ["positive"],
        "texts": {"en": {"question": "And the staff?", "low": "Rude", "high": "Kind"}},
        "gone": True,
    },
]
RATING: dict[str, Any] = {
    "id": "f5",
    "kind": "rating",
    "bands": ["negative", "neutral", "positive"],
    "texts": {"en": {"question": "How was the staff?", "low": "Rude", "high": "Kind"}},
    "minimum": 1,
    "maximum": 7,
}
ENDINGS: dict[str, Any] = {
    "negative": {"texts": {"en": "We are sorry.", "fr": "Nous sommes désolés."}},
    "positive": {
        "texts": {"en": "Tell others.", "fr": "Dites-le."},
        "link": "https://reviews.example.org/shop?a=1&b=2",
        "link_texts": {"en": "Write a review", "fr": "Écrire un avis"},
    },
}
