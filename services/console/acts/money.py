"""Acts of the month's run and of reconciliation."""

from typing import Any

from services.console.acts.act import Act, Doing, calling, to
from services.console.acts.fields import REASON, Field, hidden
from shared.pages.words import marked

_MONTH = Field("month", marked("Month"), longest=7, hint=marked("Such as 2026-12."))
_DAY = Field("day", marked("Day"), "day", longest=10)
_OUTCOMES = (
    ("operator_corrected", marked("the operator corrected it")),
    ("corrected_here", marked("corrected here")),
    ("accepted", marked("accepted as it is")),
    ("mistaken", marked("there was no difference")),
)
_CASE = (
    "payout",
    "/cases/{case_id}",
    ("kind", "movement", "day", "ours_rubles", "theirs_rubles", "owner", "deadline"),
)


def _preview_run(doing: Doing) -> Any:
    sent = {**doing.values, "dry_run": True}
    return doing.call("payout", "POST", "/runs", json=sent)


def _reconcile(doing: Doing) -> Any:
    return doing.call("payout", "POST", "/reconciliations", json={**doing.values})


def _preview_day(doing: Doing) -> Any:
    sent = {**doing.values, "dry_run": True}
    return doing.call("payout", "POST", "/reconciliations", json=sent)


def _of_run(name: str) -> dict[str, Any]:
    return {
        "do": calling("payout", f"/runs/{{month}}/{name}"),
        "back": to("run", "month"),
        "targets": ("month:month",),
        "fields": (REASON,),
        "about": ("payout", "/runs/{month}", ("month", "state", "begun_by", "released_by")),
    }


MONEY = (
    Act(
        "run-begin",
        marked("Begin a month's run"),
        calling("payout", "/runs", dry_run=False),
        to("run", "month"),
        (),
        (_MONTH,),
        warning=marked("It is planned now; nothing is paid until another person releases it."),
        preview=_preview_run,
        subject=lambda doing: str(doing.values.get("month", "")),
    ),
    Act(
        "run-release",
        marked("Release the run"),
        calling("payout", "/runs/{month}/release"),
        to("run", "month"),
        ("month:month",),
        (hidden("plan_hash"),),
        about=(
            "payout",
            "/runs/{month}/review",
            ("month", "begun_by", "payouts", "points", "plan_hash"),
        ),
        warning=marked("The money leaves from now on. Only the plan that you looked at is paid."),
    ),
    Act("run-pause", marked("Pause the run"), **_of_run("pause")),
    Act("run-resume", marked("Let the run go on"), **_of_run("resume")),
    Act(
        "run-cancel",
        marked("Cancel the run"),
        **_of_run("cancel"),
        warning=marked("What has not begun is never paid by this run."),
        is_final=True,
    ),
    Act(
        "case-assign",
        marked("Give the case to somebody"),
        calling("payout", "/cases/{case_id}/assign"),
        to("case", "case_id"),
        ("uuid:case_id",),
        (Field("owner", marked("To whom"), longest=64),),
        about=_CASE,
    ),
    Act(
        "case-close",
        marked("Close the case"),
        calling("payout", "/cases/{case_id}/close"),
        to("case", "case_id"),
        ("uuid:case_id",),
        (Field("outcome", marked("How it ended"), "choice", choices=_OUTCOMES), REASON),
        about=_CASE,
        is_final=True,
    ),
    Act(
        "reconcile-day",
        marked("Reconcile a day"),
        _reconcile,
        to("cases"),
        (),
        (_DAY,),
        preview=_preview_day,
        subject=lambda doing: str(doing.values.get("day", "")),
    ),
)
