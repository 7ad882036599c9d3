"""The one way in which every act is done: a page that asks, then once, noted before and after."""

import secrets
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.console.acts import log
from services.console.acts.act import Act, Doing
from services.console.acts.fields import first_values, read
from services.console.acts.log import Noted, Outcome
from services.console.acts.table import ACTS
from services.console.desk import desk, signed_in
from services.console.neighbours import Refused
from shared.http_client import CallFailed, NotSent
from shared.pages.form import Form, sent_form
from shared.pages.words import gettext as _

_MOST_FAULTS = 20
Page = str | Response | tuple[str, int]


def register(app: Flask) -> None:
    """Put every act of the table on the app, under its own name."""
    for act in ACTS:
        app.add_url_rule(act.rule, act.name, _view(act), methods=["GET", "POST"])


def _view(act: Act) -> Any:
    def view(**targets: object) -> Page:
        named = {name: str(value) for name, value in targets.items()}
        if request.method == "GET":
            return _ask(act, named, Form(first_values(act.fields, request.args.to_dict())))
        return _sent(act, named, _form_of(act))

    view.__doc__ = act.title
    return view


def _ask(
    act: Act,
    targets: dict[str, str],
    form: Form,
    *,
    status: int = HTTPStatus.OK,
    previewed: object = None,
) -> Page:
    """Show the form; each showing has an id of its own, by which it is done once."""
    page = render_template(
        "console/act.html",
        act=act,
        targets=targets,
        form=form,
        about=_about(act, targets),
        previewed=previewed,
        act_id=_new_id(),
    )
    return page, status


def _about(act: Act, targets: dict[str, str]) -> dict[str, Any] | None:
    """Answer what the act is done to; a silent service must not cost what was typed."""
    if act.about is None:
        return None
    service, path, names = act.about
    try:
        found = desk().neighbours.find(service, path.format(**targets))
    except (Refused, CallFailed):
        return None
    return {name: found.get(name) for name in names} if isinstance(found, dict) else None


def _sent(act: Act, targets: dict[str, str], form: Form) -> Page:
    values = read(form, act.fields)
    act_id = _id_of(form)
    if act_id is None:
        form.refuse([("", _("This form was changed on its way; look at it once more."))])
    if form.errors or act_id is None:
        return _ask(act, targets, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    doing = Doing(desk(), act_id.hex, signed_in().name, targets, values)
    if act.preview is not None and form["do"] == "preview":
        return _preview(act, doing, form)
    noted = Noted(
        act_id,
        doing.clerk,
        signed_in().role.value,
        act.name,
        act.subject(doing) or "-",
        str(values["reason"]) if "reason" in values else None,
        log.content_hash(act.name, targets, values),
    )
    with desk().engine.begin() as connection:
        is_first = log.begin(connection, noted, desk().clock())
    if not is_first:
        return _sent_before(act, doing, noted, form)
    return _do(act, doing, act_id, form)


def _do(act: Act, doing: Doing, act_id: UUID, form: Form) -> Page:
    try:
        answer = act.do(doing)
    except Refused as refused:
        _end(act_id, Outcome.REFUSED, f"{refused.code}: {refused.detail}")
        _tell(form, refused)
        status = HTTPStatus.CONFLICT if refused.status == HTTPStatus.CONFLICT else 422
        return _ask(act, dict(doing.targets), form, status=status)
    except NotSent:
        _end(act_id, Outcome.NOT_SENT, "the service was not reached")
        form.refuse([("", _("The service was not reached; nothing was done. Try again."))])
        return _ask(act, dict(doing.targets), form, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except CallFailed as fault:
        _end(act_id, Outcome.UNKNOWN, str(fault))
        said = _("No answer came: it may have been done. Look before you do it again.")
        form.refuse([("", said)])
        return _ask(act, dict(doing.targets), form, status=HTTPStatus.SERVICE_UNAVAILABLE)
    _end(act_id, Outcome.DONE, "")
    if act.shows_answer:
        back = _back(act, doing)
        return render_template("console/shown_once.html", act=act, answer=answer, back=back)
    waits = act.waits(answer)
    if waits:
        flash(_(waits), "warning")
    else:
        flash(_("Done: %(act)s.") % {"act": _(act.title)}, "good")
    return redirect(_back(act, doing), HTTPStatus.SEE_OTHER)


def _preview(act: Act, doing: Doing, form: Form) -> Page:
    assert act.preview is not None
    try:
        previewed = act.preview(doing)
    except Refused as refused:
        _tell(form, refused)
        return _ask(act, dict(doing.targets), form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _ask(act, dict(doing.targets), form, previewed=previewed)


def _sent_before(act: Act, doing: Doing, noted: Noted, form: Form) -> Page:
    """Answer a second click: what the first one came to; nothing is done again."""
    with desk().engine.connect() as connection:
        first = log.find(connection, noted.act_id)
    assert first is not None
    if first["content_hash"] != noted.content_hash or first["clerk"] != noted.clerk:
        form.refuse([("", _("This form was sent before with other content; look once more."))])
        return _ask(act, dict(doing.targets), form, status=HTTPStatus.CONFLICT)
    if first["outcome"] == Outcome.DONE:
        flash(_("It was done already, once: %(act)s.") % {"act": _(act.title)}, "good")
    elif first["outcome"] is None:
        flash(_("It is being done; look in a moment whether it was."), "warning")
    else:
        said = first["said"]
        form.refuse([("", _("It was sent before, and came to this: %(said)s") % {"said": said})])
        return _ask(act, dict(doing.targets), form, status=HTTPStatus.CONFLICT)
    return redirect(_back(act, doing), HTTPStatus.SEE_OTHER)


def _tell(form: Form, refused: Refused) -> None:
    for name, said in refused.faults[:_MOST_FAULTS]:
        # What no field of the form is called by is named in words.
        is_named = name in form.values or not name or name in said
        form.refuse([(name, said if is_named else f"{name}: {said}")])
    if not refused.faults:
        form.refuse([("", refused.detail)])


def _end(act_id: UUID, outcome: Outcome, said: str) -> None:
    with desk().engine.begin() as connection:
        log.end(connection, act_id, outcome, said, desk().clock())


def _back(act: Act, doing: Doing) -> str:
    endpoint, needed = act.back(doing)
    values: dict[str, Any] = {**needed}
    return url_for(endpoint, **values)


def _form_of(act: Act) -> Form:
    """Read what was sent; of a file that was chosen, its text stands in the field from now on."""
    form = sent_form()
    chosen = request.files.get("upload")
    texts = [field.name for field in act.fields if field.kind == "file_text"]
    if not texts or chosen is None or not chosen.filename:
        return form
    try:
        return Form({**form.values, texts[0]: chosen.read().decode()})
    except UnicodeDecodeError:
        return form.refuse([(texts[0], _("The file is not UTF-8."))])


def _id_of(form: Form) -> UUID | None:
    try:
        return UUID(form["act_id"])
    except ValueError:
        return None


def _new_id() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))
