"""`cashback cases`: differences between the operator's files and our payouts, until their end."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    first,
    harmless,
    print_json,
    to_the_second,
    with_reason,
)
from shared.http_client import HttpClient

_MOST = 500
_OUTCOMES = ("operator_corrected", "corrected_here", "accepted", "mistaken")
_case_id = click.argument("case_id", metavar="ID", type=click.UUID)


@click.group()
def cases() -> None:
    """Settle what the operator's files and payouts differ in."""


@cases.command("list")
@click.option("--state", type=click.Choice(("open", "closed")), default="open", show_default=True)
@as_json
def list_them(state: str, *, wants_json: bool) -> None:
    """List cases by their deadlines."""
    found = first(_MOST, _desk(), "/cases", {"state": state})
    if wants_json:
        print_json(found)
    else:
        click.echo("\n".join(map(_line, found)) if found else f"No case is {state}.")


@cases.command()
@_case_id
@as_json
def show(case_id: object, *, wants_json: bool) -> None:
    """Show case ID: who did what, when and why."""
    _told(answered(_desk().get(f"/cases/{case_id}")), wants_json=wants_json)


@cases.command()
@_case_id
@click.argument("owner", metavar="OWNER")
@by_clerk
@as_json
def assign(case_id: object, owner: str, clerk: str, *, wants_json: bool) -> None:
    """Give case ID to OWNER."""
    sent = {"owner": owner, "clerk": clerk}
    _told(answered(_desk().post(f"/cases/{case_id}/assign", json=sent)), wants_json=wants_json)


@cases.command()
@_case_id
@click.argument("outcome", metavar="OUTCOME", type=click.Choice(_OUTCOMES))
@by_clerk
@with_reason
@as_json
def close(case_id: object, outcome: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Close case ID for good.

    OUTCOME is operator_corrected, corrected_here, accepted (as it is) or mistaken (there was no
    difference). A case that a corrected file explains closes by itself.
    """
    sent = {"outcome": outcome, "clerk": clerk, "reason": reason}
    _told(answered(_desk().post(f"/cases/{case_id}/close", json=sent)), wants_json=wants_json)


def _told(case: Mapping[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(case)
        return
    click.echo(_line(case))
    for act in case["acts"]:
        at = to_the_second(act["at"])
        click.echo(harmless(f"  {at}  {act['did']} by {act['who']}: {act['what']}"))


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    money = f"ours {_rubles(one['ours_rubles'])}, theirs {_rubles(one['theirs_rubles'])}"
    ends = f"until {to_the_second(one['deadline'])}" if one["outcome"] is None else one["outcome"]
    what = f"{one['movement']} {one['key']}: {money}"
    return harmless(f"{one['case_id']} {one['day']} {one['kind']:14} {one['owner']} {ends}  {what}")


def _rubles(amount: int | None) -> str:
    return "none" if amount is None else f"{amount} ₽"


def _desk() -> HttpClient:
    return target.find().clerk("payout")
