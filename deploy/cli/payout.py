"""`cashback payout`: the run of the month by a clerk's hand, and what of it waits for him."""

import threading
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json, print_table
from deploy.words import counted
from shared.http_client import HttpClient

_PAUSE_SECONDS = 0.3
_PAGE = 500
_PAYOUT_COLUMNS = ("payout_id", "member_id", "run_month", "reserved", "sent_at", "reason")
# The figures of a run's progress that are no states of payouts.
_FIGURES = ("planned", "ended", "open", "members")
_SKIPPED = {
    "blocked": "blocked",
    "erased": "left the programme",
    "debt": "in debt",
    "nothing": "with nothing accrued",
    "under_minimum": "with too little for a payout",
    "saving": "saving for a certificate",
    "paused": "with every goal paused",
    "no_consent": "whose relatives agree no longer",
}
_REVERSAL_COLUMNS = ("reversal", "payout_id", "amount", "reserved", "state", "why")
payout_id = click.argument("payout_id", type=click.UUID)


@click.group()
def payout() -> None:
    """Pay out what members have accrued."""


@payout.command()
@click.option(
    "--month",
    required=True,
    type=click.DateTime(["%Y-%m"]),
    metavar="YYYY-MM",
    help="The month to run, for example 2026-12.",
)
@click.option("--dry-run", is_flag=True, help="Compute the same, write and pay nothing.")
@click.option("--no-wait", is_flag=True, help="Begin the run and return at once.")
@as_json
@click.pass_context
def run(
    context: click.Context,
    *,
    month: datetime,
    dry_run: bool,
    no_wait: bool,
    wants_json: bool,
) -> None:
    """Begin the run of a month, or join the one it has.

    Shows how far it is. A month is run once: asking again adds nothing, and a run that was
    interrupted goes on. Exit 1 if payouts were declined or are held for a clerk (cashback payout
    held).
    """
    clerk = target.find().clerk("payout")
    month_name = f"{month:%Y-%m}"
    asked = {"month": month_name, "dry_run": dry_run}
    found = answered(clerk.post("/runs", json=asked, repeatable=True))
    if dry_run:
        found |= _run_it_has(clerk, month_name)
    elif not no_wait:
        found = _watch(clerk, month_name)
    if wants_json:
        print_json(found)
    else:
        _show(found)
    context.exit(1 if found.get("failures") or _held(found) else 0)


@payout.command()
@as_json
def held(*, wants_json: bool) -> None:
    """List what waits for a clerk: payouts and reversals.

    A payout is held when the operator's answers contradict us, or stay away for a day. A reversal
    waits when it is of a part, of a payout reversed before, or of one not completed here.
    """
    clerk = target.find().clerk("payout")
    payouts, reversals = _all(clerk, "/payouts/held"), _all(clerk, "/reversals/waiting")
    if wants_json:
        print_json({"payouts": payouts, "reversals": reversals})
        return
    for title, columns, found in (
        ("Held payouts", _PAYOUT_COLUMNS, payouts),
        ("Waiting reversals", _REVERSAL_COLUMNS, reversals),
    ):
        if found:
            print_table(title, columns, [[one[column] for column in columns] for one in found])
    if not payouts and not reversals:
        click.echo("Nothing waits for a clerk.")


@payout.command()
@payout_id
@as_json
def ask_again(payout_id: object, *, wants_json: bool) -> None:
    """Have the operator asked once more about a held payout.

    If he never heard of it, it is sent again.
    """
    told = answered(target.find().clerk("payout").post(f"/payouts/{payout_id}/ask"))
    _tell(told, wants_json=wants_json)


@payout.command()
@payout_id
@click.option("--reason", required=True, help="Why; kept with the payout.")
@as_json
def give_up(payout_id: object, *, reason: str, wants_json: bool) -> None:
    """Give a held payout up: its points go back to the member.

    The operator is asked first. What he executed is completed instead, and what is not clear stays
    held: both exit 1.
    """
    clerk = target.find().clerk("payout")
    told = answered(clerk.post(f"/payouts/{payout_id}/give-up", json={"reason": reason}))
    _tell(told, wants_json=wants_json)


def _watch(clerk: HttpClient, month: str) -> dict[str, Any]:
    """Follow a run until it has finished; Ctrl-C stops the watching, not the run."""
    columns = (TextColumn("run of {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(month, total=None)
        pause = threading.Event()
        while True:
            found: dict[str, Any] = answered(clerk.get(f"/runs/{month}"))
            done, of = _counted(found)
            bar.update(task, completed=done, total=of if found["state"] != "planning" else None)
            # What is held waits for a clerk: perhaps the one who is watching.
            only_held = found["state"] == "running" and of - done == _held(found)
            if only_held or found["state"] == "finished":
                return found
            pause.wait(_PAUSE_SECONDS)


def _run_it_has(clerk: HttpClient, month: str) -> dict[str, Any]:
    """Answer the run that a month has already, and what that means for a preview."""
    answer = clerk.get(f"/runs/{month}")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return {}
    run: dict[str, Any] = answered(answer)
    sums = "; ".join(_sums(run).values()) or "no payout"
    note = {
        "planning": f"is being planned ({sums} so far); the totals are what it would still add",
        "running": f"is on its way ({sums}); nothing would be added",
        "finished": f"has finished ({sums}); nothing would be added",
    }[run["state"]]
    return {"note": f"This month's run {note}.", "run": run}


def _counted(found: Mapping[str, Any]) -> tuple[int, int]:
    progress: Mapping[str, int] = found.get("progress", {})
    return progress.get("ended", 0), progress.get("planned", 0)


def _held(found: Mapping[str, Any]) -> int:
    return int(found.get("progress", {}).get("held", 0))


def _all(clerk: HttpClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, object] = {"limit": _PAGE}
    while True:
        page = answered(clerk.get(path, params=asked))
        found += page["data"]
        if page["next"] is None:
            return found
        asked["after"] = page["next"]


def _tell(told: Mapping[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(told)
    else:
        why = f": {told['reason']}" if told["reason"] else ""
        click.echo(f"{told['payout_id']} is {told['state']}{why}")


def _show(found: Mapping[str, Any]) -> None:
    facts: dict[str, object] = {"state": found["state"], "cut-off": found["cutoff_at"]}
    facts |= _sums(found)
    if found["skipped"]:
        groups = [f"{count} {_SKIPPED.get(why, why)}" for why, count in found["skipped"].items()]
        facts["members not paid"] = ", ".join(groups)
    if "progress" in found:
        facts["progress"] = _progress(found)
    if found.get("failures"):
        facts["failed payouts"] = _listed(found["failures"])
    if found["bonuses_parked"]:
        waiting = counted(found["bonuses_parked"], "message")
        where = "(cashback parked list --service payout)"
        facts["bonuses parked"] = f"{waiting} {where}: their members may be missing"
    if found.get("note"):
        facts["note"] = found["note"]
    print_facts(f"The run of {found['month']}", facts)


def _progress(found: Mapping[str, Any]) -> str:
    ended, planned = _counted(found)
    figures = found["progress"]
    states = {name: count for name, count in figures.items() if count and name not in _FIGURES}
    return f"{ended} of {counted(planned, 'payout')} ended" + (
        f" ({_listed(states)})" if states else ""
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in counts.items())


def _sums(found: Mapping[str, Any]) -> dict[str, str]:
    """Say for each kind of goal how many payouts there are, and of how much."""
    return {
        kind.replace("_", "-"): f"{_payouts(kind, total['payouts'])}, {total['amount']} ₽"
        for kind, total in found["totals"].items()
    }


def _payouts(kind: str, count: int) -> str:
    return counted(count, f"{kind.replace('_', '-')} payout")
