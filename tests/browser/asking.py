"""The shop's survey with all that can be asked, in languages read from either side."""

from typing import Any

from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Question, Survey
from feedback.surveys.overall import mark_overall
from feedback.surveys.texts import suggested_texts
from tests.cast import Shop

LANGUAGES = ("en", "ar", "he")
ALL = ["negative", "neutral", "positive"]
CHOICES = [
    {"id": "c1", "texts": {"en": "Price", "ar": "السعر", "he": "מחיר"}},
    {"id": "c2", "texts": {"en": "Delivery", "ar": "التوصيل", "he": "משלוח"}},
    {"id": "c3", "texts": {"en": "Advice", "ar": "المشورة", "he": "ייעוץ"}},
]
SINGLE: dict[str, Any] = {
    "id": "f1",
    "kind": "single",
    "bands": ALL,
    "texts": {
        "en": {"question": "What went wrong?"},
        "ar": {"question": "ما الذي لم يسر على ما يرام؟"},
        "he": {"question": "מה השתבש?"},
    },
    "choices": CHOICES,
}
MULTIPLE: dict[str, Any] = {
    "id": "f2",
    "kind": "multiple",
    "bands": ALL,
    "texts": {
        "en": {"question": "What was missing?"},
        "ar": {"question": "ما الذي كان ناقصًا؟"},
        "he": {"question": "מה היה חסר?"},
    },
    "choices": CHOICES,
}
RATING: dict[str, Any] = {
    "id": "f3",
    "kind": "rating",
    "bands": ALL,
    "texts": {
        "en": {"question": "How was the box?", "low": "Broken", "high": "Whole"},
        "ar": {"question": "كيف كانت العلبة؟", "low": "مكسورة", "high": "سليمة"},
        "he": {"question": "איך הייתה הקופסה?", "low": "שבורה", "high": "שלמה"},
    },
    "minimum": 1,
    "maximum": 5,
}
ENDINGS: dict[str, Any] = {
    "positive": {
        "texts": {"en": "Thank you, tell others.", "ar": "شكرًا، أخبروا الآخرين.", "he": "תודה."},
        "link": "https://reviews.example/shop",
        "link_texts": {"en": "Write a review", "ar": "اكتبوا تقييمًا", "he": "כתבו ביקורת"},
    }
}
# As long as a word gets.
MOMENT = "Rindfleischetikettierungsüberwachung"


async def ask_everything(database: Database, shop: Shop) -> None:
    """The NPS survey asks each kind of question and what counted most, and ends with a link."""
    async with database.write() as session:
        at = shop.workspace.id
        question = await session.get_one(Question, (at, shop.nps.question_id))
        question.texts = suggested_texts("nps", "Alice", LANGUAGES)
        survey = await session.get_one(Survey, (at, shop.nps.id))
        survey.follow_ups, survey.endings = [SINGLE, MULTIPLE, RATING], ENDINGS
        await mark_overall(session, survey)
        session.add(Touchpoint(workspace_id=at, stage_id=shop.checkout.id, name=MOMENT, position=1))


async def speak(database: Database, shop: Shop) -> None:
    """The CSAT survey asks in these languages."""
    async with database.write() as session:
        found = await session.get_one(Question, (shop.workspace.id, shop.csat.question_id))
        found.texts = suggested_texts("csat_5", "Alice", LANGUAGES)
