"""`cashback payout held` and what a clerk does about it."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    print_json,
    print_table,
    with_reason,
)
from shared.http_client import HttpClient

_PAGE = 500
_PAYOUT_COLUMNS = ("payout_id", "member_id", "run_month", "reserved", "sent_at", "reason")
_REVERSAL_COLUMNS = ("reversal", "payout_id", "amount", "reserved", "state", "why")
_payout_id = click.argument("payout_id", type=click.UUID)


@click.command()
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


@click.command()
@_payout_id
@as_json
def ask_again(payout_id: object, *, wants_json: bool) -> None:
    """Have the operator asked once more about a held payout.

    If he never heard of it, it is sent again.
    """
    told = answered(target.find().clerk("payout").post(f"/payouts/{payout_id}/ask"))
    if wants_json:
        print_json(told)
        return
    click.echo(f"The operator is asked again about {told['payout_id']}, within moments.")
    click.echo("If he contradicts us still, cashback payout held lists it again.")


@click.command()
@_payout_id
@by_clerk
@with_reason
@as_json
def give_up(payout_id: object, *, clerk: str, reason: str, wants_json: bool) -> None:
    """Give a held payout up: its points go back to the member.

    The operator is asked first. What he executed is completed instead, and what is not clear stays
    held: both exit 1.
    """
    said = {"clerk": clerk, "reason": reason}
    told = answered(target.find().clerk("payout").post(f"/payouts/{payout_id}/give-up", json=said))
    _tell(told, wants_json=wants_json)


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
