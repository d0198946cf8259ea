"""Survey pages: the list, one survey with its state and its lines, archive and detach."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.editor.after_rating.draft import read_after_rating
from feedback.editor.journeys.routes import COARSE_BELOW
from feedback.editor.surveys.archive import delete_survey, is_answered
from feedback.editor.surveys.find import Wanted, find_surveys, parse_wanted
from feedback.editor.surveys.queries import (
    count_answers,
    load_series,
)
from feedback.editor.surveys.questions import detach_question, sharing_surveys
from feedback.editor.surveys.schemas import read_name
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.privacy.choosing import settle_storage
from feedback.privacy.read import load_told, storage_choice
from feedback.privacy.words import lacking_words, storage_meanings, storage_names
from feedback.scoring import METRICS
from feedback.surveys.labels import (
    act_names,
    acts_done,
    language_names,
    list_state_names,
    metric_names,
    place_names,
    state_names,
)
from feedback.surveys.models import Survey
from feedback.surveys.overall import find_overall, mark_overall
from feedback.surveys.publish import ACTS, ASKING, allowed_acts
from feedback.surveys.queries import SurveyAt, load_surveys
from feedback.web.forms import Form, FormReader
from feedback.web.page import or_refused, redirect

FEW = 12  # so many lines are seen at a glance: nothing to search


async def _list_refused(visit: Visit, error: FilterError) -> Template:
    return await _show_list(visit, Wanted(), str(error))


@get("/surveys", needs="viewer", filters=True, blocks=("surveys_found",))
@or_refused(_list_refused)
async def survey_list(visit: NamedDependency[Visit]) -> Template:
    return await _show_list(visit, parse_wanted(visit.request.query_params.multi_items()))


async def _show_list(visit: Visit, wanted: Wanted, error: str = "") -> Template:
    async with visit.read() as session:
        found = await find_surveys(session, visit.workspace.id, wanted)
    address = f"/surveys?{wanted.query()}".rstrip("?")
    is_block = visit.request.htmx.target == "surveys_found"
    return visit.page(
        "surveys/surveys.html",
        status=422 if error else 200,
        # Each letter typed is another address, none a step back.
        headers={"HX-Replace-Url": address} if is_block else {},
        found=found,
        wanted=wanted,
        error=error,
        state_choices=list_state_names(),
        least=COARSE_BELOW,
        few=FEW,
        metric_names=metric_names(),
        place_names=place_names(),
        state_names=state_names(),
    )


@get("/surveys/{survey_id:uuid}", needs="viewer")
async def survey_page(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    return await _show_survey(visit, survey_id)


@post("/surveys/{survey_id:uuid}", needs="editor")
async def rename_survey(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    form = read_name(await visit.sent())
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        if form.checked is not None:
            survey.name = form.checked
    if form.checked is None:
        return await _show_survey(visit, survey_id, name_form=form)
    return redirect(f"/surveys/{survey_id}", _("Saved."))


@post("/surveys/{survey_id:uuid}/state", needs="editor")
async def change_state(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Redirect:
    data = await visit.sent()
    act = str(data.get("act", ""))
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        is_allowed = act in allowed_acts(survey)
        if is_allowed and act in ASKING:
            refused = await settle_storage(session, visit.workspace.id, data)
            if refused:
                return redirect(f"/surveys/{survey_id}#storage", refused, kind="bad")
        if is_allowed:
            await ACTS[act](session, survey, clock.now())
    # A button of an old page, or pressed twice: what it wanted is done or no longer offered.
    return redirect(f"/surveys/{survey_id}", acts_done()[act] if is_allowed else None)


@post("/surveys/{survey_id:uuid}/overall", needs="editor")
async def change_overall(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Redirect:
    is_wanted = FormReader(await visit.sent()).flag("is_overall")
    async with visit.write() as session:
        survey = (await need_survey(visit, session, survey_id)).survey
        if is_wanted:
            await mark_overall(session, survey)
        else:
            survey.is_overall = False
    return redirect(f"/surveys/{survey_id}", _("Saved."))


@post("/surveys/{survey_id:uuid}/signature", needs="editor")
async def change_signature(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Redirect:
    """The switch: answers that name a person must be signed."""
    is_wanted = FormReader(await visit.sent()).flag("needs_signature")
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        survey.needs_signature = is_wanted
    return redirect(f"/surveys/{survey_id}", _("Saved."))


@post("/surveys/{survey_id:uuid}/detach", needs="editor")
async def detach_survey(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Redirect:
    async with visit.write() as session:
        survey = (await need_survey(visit, session, survey_id)).survey
        await detach_question(session, survey)
    return redirect(
        f"/surveys/{survey_id}/edit", _("This survey has its own words now. Its line goes on.")
    )


@post("/surveys/{survey_id:uuid}/archive", needs="editor")
async def archive_survey(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Redirect:
    act = await visit.act("archive")
    path, flash, kind = f"/surveys/{survey_id}", _("Archived. It no longer asks."), "good"
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        if act == "restore" and (await need_survey(visit, session, survey_id)).is_homeless:
            flash, kind = _("What it belongs to is archived. Restore that first."), "bad"
        elif act == "restore":
            survey.archived_at = None
            flash = _("Restored.")
        elif act != "delete":
            survey.archived_at = survey.archived_at or clock.now()
        elif await is_answered(session, survey.workspace_id, [survey.id]):
            flash, kind = _("Somebody answered it, so it stays. Archive it instead."), "bad"
        else:
            await delete_survey(session, survey)
            path, flash = "/surveys", _("Deleted.")
    return redirect(path, flash, kind=kind)


async def need_survey(visit: Visit, session: AsyncSession, survey_id: UUID) -> SurveyAt:
    """The survey with all that it belongs to. Raises 404 for a stranger's."""
    for place in await load_surveys(session, visit.workspace.id, Survey.id == survey_id):
        return place
    raise not_found()


async def _show_survey(
    visit: Visit, survey_id: UUID, *, name_form: Form[str] | None = None
) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
        series = await load_series(session, visit.workspace.id, survey_id)
        answers = await count_answers(session, visit.workspace.id, survey_id)
        sharing = await sharing_surveys(session, place.question)
        answered = await is_answered(session, visit.workspace.id, [survey_id])
        is_fixed = answered and await is_answered(
            session, visit.workspace.id, [survey_id], with_tests=False
        )
        overall = await find_overall(session, place.survey)
        told = await load_told(session, visit.workspace)
        choice = await storage_choice(session, visit.workspace.id)
    acts = () if place.is_gone else allowed_acts(place.survey)
    return visit.page(
        "surveys/survey.html",
        status=422 if name_form else 200,
        place=place,
        after=read_after_rating(place),
        series=series,
        answers=answers,
        sharing=[survey for survey in sharing if survey.id != survey_id],
        is_answered=answered,
        is_fixed=is_fixed,
        other_overall=overall if overall is not None and overall.id != survey_id else None,
        lacks=lacking_words(told),
        asking=[act for act in acts if act in ASKING],
        asks_storage=choice == "first",
        storages=storage_names(),
        storage_meanings=storage_meanings(),
        acts=acts,
        metric=METRICS[place.question.metric],
        languages=language_names(list(place.question.texts)),
        metric_names=metric_names(),
        place_names=place_names(),
        state_names=state_names(),
        act_names=act_names(),
        name_form=name_form or Form({"name": place.survey.name}, {}),
    )


handlers = [
    survey_list,
    survey_page,
    rename_survey,
    change_state,
    change_overall,
    change_signature,
    detach_survey,
    archive_survey,
]
