"""`cashback corrections`: points given or taken by hand, large ones by two persons."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    harmless,
    print_json,
    to_the_second,
    with_reason,
)
from shared.http_client import HttpClient, OutcomeUnknown

_STATES = ("waiting", "done", "refused")
_member_id = click.argument("member_id", metavar="MEMBER", type=click.UUID)
_points = click.argument("points", type=int)
_correction_id = click.argument("correction_id", metavar="ID", type=click.UUID)
_sent_before = click.option(
    "--id",
    "command_id",
    type=click.UUID,
    help="Of a correction whose answer was lost: sent again, it is made once.",
)


@click.group()
def corrections() -> None:
    """Give or take points by hand.

    The member sees each as a bonus of its own, with its reason, and gets an SMS. What one clerk
    gives and takes for one member within 24 hours counts together: above the limit of the rule
    `corrections` (cashback rules show corrections) it waits for a second person.
    """


@corrections.command()
@_member_id
@_points
@by_clerk
@with_reason
@_sent_before
@as_json
def credit(  # noqa: PLR0913 - its options
    member_id: UUID,
    points: int,
    clerk: str,
    reason: str,
    command_id: UUID | None,
    *,
    wants_json: bool,
) -> None:
    """Give POINTS to a member."""
    sent = {"kind": "credit", "amount": points, "clerk": clerk, "reason": reason}
    _make(member_id, command_id, sent, wants_json=wants_json)


@corrections.command()
@_member_id
@_points
@by_clerk
@with_reason
@_sent_before
@as_json
def debit(  # noqa: PLR0913 - its options
    member_id: UUID,
    points: int,
    clerk: str,
    reason: str,
    command_id: UUID | None,
    *,
    wants_json: bool,
) -> None:
    """Take POINTS from a member.

    What the member has not is owed: repaid from later bonuses, before any payout.
    """
    sent = {"kind": "debit", "amount": points, "clerk": clerk, "reason": reason}
    _make(member_id, command_id, sent, wants_json=wants_json)


@corrections.command("list")
@click.option(
    "--state",
    type=click.Choice((*_STATES, "any")),
    default="waiting",
    show_default=True,
    help="Only those that stand there.",
)
@as_json
def list_them(state: str, *, wants_json: bool) -> None:
    """List what waits for a second person.

    The last 100; with --state, what was decided.
    """
    asked = {} if state == "any" else {"state": state}
    found = answered(_desk().get("/corrections", params=asked))["data"]
    if wants_json:
        print_json(found)
    elif found:
        click.echo("\n".join(_line(one) for one in found))
    else:
        click.echo("No correction is like that." if state != "waiting" else "No correction waits.")


@corrections.command()
@_correction_id
@by_clerk
@as_json
def approve(correction_id: UUID, clerk: str, *, wants_json: bool) -> None:
    """Approve correction ID, as the second person.

    The points move now. Who made the correction cannot approve it.
    """
    done = _desk().post(f"/corrections/{correction_id}/approve", json={"clerk": clerk})
    _told(answered(done), wants_json=wants_json)


@corrections.command()
@_correction_id
@by_clerk
@with_reason
@as_json
def refuse(correction_id: UUID, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Refuse correction ID, as the second person."""
    said = {"clerk": clerk, "reason": reason}
    done = _desk().post(f"/corrections/{correction_id}/refuse", json=said)
    _told(answered(done), wants_json=wants_json)


def _desk() -> HttpClient:
    return target.find().clerk("bonus_status")


def _make(
    member_id: UUID, sent_before: UUID | None, sent: Mapping[str, Any], *, wants_json: bool
) -> None:
    command_id = str(sent_before or uuid4())
    body = {**sent, "command_id": command_id, "member_id": str(member_id)}
    try:
        answer = _desk().post("/corrections", json=body, repeatable=True)
    except OutcomeUnknown:
        again = f"No answer came. The same command with --id {command_id} makes it once."
        click.echo(again, err=True)
        raise
    _told(answered(answer), wants_json=wants_json)


def _told(one: Mapping[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(one)
        return
    click.echo(_line(one))
    if one["state"] == "waiting":
        approve_it = f"cashback corrections approve {one['correction_id']} --clerk NAME"
        click.echo(f"Another person has to agree: {approve_it}")


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    sign = "+" if one["kind"] == "credit" else "-"
    made = f"{to_the_second(one['made_at'])} by {one['clerk']}: {one['reason']}"
    line = f"{one['correction_id']} {one['state']:7}  {one['member_id']} {sign}{one['amount']}"
    because = f": {one['decided_because']}" if one["decided_because"] else ""
    decided = f"; decided by {one['decided_by']}{because}" if one["decided_by"] else ""
    return harmless(f"{line}  {made}{decided}")
