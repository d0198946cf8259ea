"""Signed links to the hosted page, and the mark that a survey's contacts must be signed."""

from dataclasses import replace

from feedback.hosted.form import HostedForm
from feedback.identity import identity_secret, is_signed
from feedback.responses.catalog import SurveyDefinition


def without_false_contact(form: HostedForm, survey: SurveyDefinition, key: bytes) -> HostedForm:
    """The form, nameless when its signature is wrong: nobody overwrites another's answer with it.

    Where contacts must be signed it stays as it is: ingest refuses the answer, with a reason.
    """
    if not (form.who and form.sig) or survey.needs_signature:
        return form
    if is_signed(form.who, form.sig, identity_secret(key, survey.workspace_id)):
        return form
    return replace(form, id="", email="", sig="")
