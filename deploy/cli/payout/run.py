"""`cashback payout run`: begin the run of a month, preview it, or watch the one it has."""

from http import HTTPStatus
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json
from deploy.cli.payout import telling
from shared.http_client import HttpClient


@click.command()
@telling.month
@click.option("--clerk", metavar="NAME", help="Who you are: somebody else releases the run.")
@click.option("--dry-run", is_flag=True, help="Compute the same, write and pay nothing.")
@telling.no_wait
@as_json
@click.pass_context
def run(  # noqa: PLR0913 - its options
    context: click.Context,
    month: str,
    clerk: str | None,
    *,
    dry_run: bool,
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
    asked = {"month": month, "dry_run": dry_run} | ({"clerk": clerk} if clerk else {})
    found = answered(desk.post("/runs", json=asked, repeatable=True))
    if dry_run:
        found |= _run_it_has(desk, month)
    elif not no_wait:
        found = telling.watch(desk, month)
    tell(context, found, wants_json=wants_json)


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
