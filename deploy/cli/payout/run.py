"""`cashback payout run`: begin the run of a month, preview it, or watch the one it has."""

import sys
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json
from deploy.cli.payout import telling
from shared.http_client import HttpClient
from shared.months import month_at, read_month


@click.command()
@telling.month
@click.option("--clerk", metavar="NAME", help="Who you are: somebody else releases the run.")
@click.option("--dry-run", is_flag=True, help="Compute the same, write and pay nothing.")
@click.option("--yes", is_flag=True, help="A month further away than the next one is meant.")
@telling.no_wait
@as_json
@click.pass_context
def run(  # noqa: PLR0913 - its options
    context: click.Context,
    month: str,
    clerk: str | None,
    *,
    dry_run: bool,
    yes: bool,
    no_wait: bool,
    wants_json: bool,
) -> None:
    """Begin the run of a month, or join the one it has.

    Shows how far it is until it has ended or waits for its release (cashback payout review). A
    month is run once: asking again adds nothing, and a run that was interrupted goes on. Exit 1 if
    payouts were declined or are held for a clerk (cashback payout held).
    """
    if clerk is None and not dry_run:
        message = "Say who you are with --clerk NAME: another clerk releases the run."
        raise click.UsageError(message)
    desk = target.find().clerk("payout")
    if not dry_run and not yes:
        _ask_if_far_away(desk, month)
    asked = {"month": month, "dry_run": dry_run} | ({"clerk": clerk} if clerk else {})
    found = answered(desk.post("/runs", json=asked, repeatable=True))
    if dry_run:
        found |= _run_it_has(desk, month)
    elif not no_wait:
        found = telling.watch(desk, month)
    tell(context, found, wants_json=wants_json)


@click.command()
@telling.month
@click.option("--watch", is_flag=True, help="Follow it until it has ended or waits for a clerk.")
@as_json
@click.pass_context
def show(context: click.Context, month: str, *, watch: bool, wants_json: bool) -> None:
    """Show how far the run of a month is; begins nothing.

    Exit 1 if payouts were declined or are held for a clerk (cashback payout held).
    """
    desk = target.find().clerk("payout")
    found = telling.watch(desk, month) if watch else answered(desk.get(f"/runs/{month}"))
    tell(context, found, wants_json=wants_json)


def question(month: str, now: datetime) -> str | None:
    """Ask about a month that is neither this one nor the next: `2027-12` is easily a slip.

    A month is run once, so that a run of the wrong one cannot be taken back.
    """
    away = read_month(month).months_after(month_at(now))
    if away <= 1:
        return None
    return (
        f"{month} is {away} months away; its run would pay what has accrued by now, and a month is"
        " run once. Begin it?"
    )


def _ask_if_far_away(desk: HttpClient, month: str) -> None:
    """Let a person think twice; a script, which cannot, must have said --yes."""
    asks = question(month, datetime.now(UTC))
    if asks is None or desk.get(f"/runs/{month}").status_code != HTTPStatus.NOT_FOUND:
        return
    if not sys.stdin.isatty():
        message = f"{asks} Then say --yes."
        raise click.UsageError(message)
    click.confirm(asks, abort=True, err=True)


def tell(context: click.Context, found: dict[str, Any], *, wants_json: bool) -> None:
    """Print a run and end: with 1 if something of it failed or is held."""
    if wants_json:
        print_json(found)
    else:
        telling.show(found)
    context.exit(1 if found.get("failures") or telling.held(found) else 0)


def _run_it_has(clerk: HttpClient, month: str) -> dict[str, Any]:
    """Answer the run that a month has already, and what that means for a preview."""
    answer = clerk.get(f"/runs/{month}")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return {}
    run: dict[str, Any] = answered(answer)
    sums = "; ".join(telling.sums(run).values()) or "no payout"
    adds = "nothing would be added"
    note = {
        "planning": f"is being planned ({sums} so far); the totals are what it would still add",
        "planned": f"waits for its release ({sums}); {adds}",
        "released": f"is on its way ({sums}); {adds}",
        "paused": f"is paused ({sums}); {adds}",
        "cancelled": f"was cancelled ({sums}); {adds}",
        "finished": f"has finished ({sums}); {adds}",
    }[run["state"]]
    return {"note": f"This month's run {note}.", "run": run}
