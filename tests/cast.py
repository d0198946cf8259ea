"""Alice owns a shop, Bob reads on her team, Charlie is a stranger with a workspace of his own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from httpx import AsyncClient

from feedback import clock
from feedback.accounts.models import PublicKey, User, Workspace
from feedback.accounts.sessions import open_session
from feedback.accounts.setup import add_member, create_workspace
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Question, Series, Survey

OPENED = datetime(2025, 1, 1, tzinfo=UTC)
TEXTS = {
    "en": {
        "question": "How likely are you to recommend us to a friend?",
        "low": "Not at all likely",
        "high": "Extremely likely",
        "comment": "What is the main reason for your score?",
        "thanks": "Thank you.",
    },
    "fr": {
        "question": "Recommanderiez-vous notre boutique à un proche ?",
        "low": "Pas du tout",
        "high": "Tout à fait",
        "comment": "Quelle est la raison principale de votre note ?",
        "thanks": "Merci.",
    },
}


@dataclass(frozen=True)
class Shop:
    """The rows that most tests begin with."""

    workspace: Workspace
    alice: User
    bob: User
    journey: Journey
    checkout: Stage
    care: Stage
    payment: Touchpoint
    delivery: Touchpoint
    nps: Survey
    csat: Survey
    nps_series: Series
    csat_series: Series


async def open_shop(database: Database, key: str = "shop", zone: str = "Europe/Paris") -> Shop:
    async with database.write() as session:
        workspace = await create_workspace(
            session, key=key, name="Alice's shop", time_zone=zone, language="en", now=OPENED
        )
        alice = await add_member(
            session, workspace, f"alice@{key}.example", role="owner", now=OPENED
        )
        bob = await add_member(session, workspace, f"bob@{key}.example", role="viewer", now=OPENED)
        at: dict[str, Any] = {"workspace_id": workspace.id}
        journey = Journey(**at, id=new_id(), name="Online shop", created_at=OPENED)
        session.add(journey)
        await session.flush()
        checkout = Stage(
            **at, id=new_id(), journey_id=journey.id, name="Checkout", headline_metric="nps"
        )
        care = Stage(**at, id=new_id(), journey_id=journey.id, name="After-sales", position=1)
        session.add_all([checkout, care])
        await session.flush()
        payment = Touchpoint(**at, id=new_id(), stage_id=checkout.id, name="Payment")
        delivery = Touchpoint(**at, id=new_id(), stage_id=care.id, name="Delivery", place="phone")
        session.add_all([payment, delivery])
        await session.flush()
        nps, nps_series = await _open_survey(session, workspace, payment, "nps")
        csat, csat_series = await _open_survey(session, workspace, delivery, "csat_5")
    return Shop(
        workspace, alice, bob, journey, checkout, care, payment, delivery,
        nps, csat, nps_series, csat_series,
    )  # fmt: skip


async def _open_survey(
    session: Any, workspace: Workspace, touchpoint: Touchpoint, metric: str, key: str = ""
) -> tuple[Survey, Series]:
    at: dict[str, Any] = {"workspace_id": workspace.id}
    question = Question(**at, id=new_id(), metric=metric, texts=TEXTS)
    session.add(question)
    await session.flush()
    key = key or f"{metric.replace('_', '')}{workspace.id.hex[-8:]}"
    survey = Survey(
        **at, id=new_id(), touchpoint_id=touchpoint.id, question_id=question.id, key=key,
        name=touchpoint.name, state="live", created_at=OPENED, published_at=OPENED,
    )  # fmt: skip
    session.add(survey)
    session.add(PublicKey(key=key, workspace_id=workspace.id, kind="survey", id=survey.id))
    await session.flush()
    series = Series(
        **at, id=new_id(), survey_id=survey.id, metric=metric, texts=TEXTS, opened_at=OPENED
    )
    session.add(series)
    await session.flush()
    return survey, series


async def session_cookie(database: Database, user: User, workspace: Workspace) -> dict[str, str]:
    """The cookie of a new session, as the sign-in page would give it."""
    async with database.write() as session:
        token = await open_session(session, user.id, workspace.id, clock.now())
    return {"name": "feedback_session", "value": token}


async def sign_in(
    client: AsyncClient, database: Database, user: User, workspace: Workspace
) -> None:
    client.cookies.set(**await session_cookie(database, user, workspace))
