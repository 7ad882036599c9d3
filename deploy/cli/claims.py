"""`cashback claims`: members' claims until their end; `cashback alarms`: ratios that broke."""

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
from deploy.words import money
from shared.http_client import HttpClient

_MOST = 500
_STATES = ("opened", "sent", "answered", "accepted", "refused", "withdrawn", "settled")
_OPEN = _STATES[:3]
_claim_id = click.argument("claim_id", metavar="ID", type=click.UUID)
_version = click.option(
    "--version", type=int, help="The version that you have seen; without it, the one of now."
)
_amount = click.option(
    "--amount", "amount_minor", type=int, metavar="MINOR", help="What was paid, in minor units."
)


@click.group()
def claims() -> None:
    """Look into cashback that did not come."""


@claims.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those that stand there.")
@click.option("--store", "store_id", metavar="ID", help="Only of this store.")
@click.option("--overdue", is_flag=True, help="Only open ones past a deadline.")
@as_json
def list_them(state: str | None, store_id: str | None, *, overdue: bool, wants_json: bool) -> None:
    """List claims, the most urgent first."""
    asked = {"state": state, "store_id": store_id, "overdue": "true" if overdue else "false"}
    _show_all(first(_MOST, _desk(), "/claims", asked), _line, "No claims.", wants_json=wants_json)


@claims.command()
@as_json
def reminders(*, wants_json: bool) -> None:
    """List deadlines that passed with nothing done."""
    found = first(_MOST, _desk(), "/reminders", {})
    _show_all(found, _reminder, "No deadline has passed.", wants_json=wants_json)


@claims.command()
@_claim_id
@as_json
def show(claim_id: object, *, wants_json: bool) -> None:
    """Show claim ID: who did what, when and why."""
    _told(answered(_desk().get(f"/claims/{claim_id}")), wants_json=wants_json)


@claims.command()
@_claim_id
@by_clerk
@_version
@as_json
def send(claim_id: object, clerk: str, version: int | None, *, wants_json: bool) -> None:
    """Send claim ID to its partner."""
    _does(claim_id, "send", version, {"clerk": clerk}, wants_json=wants_json)


@claims.command()
@_claim_id
@click.argument("says", type=click.Choice(("confirmed", "denied")))
@by_clerk
@_amount
@click.option("--text", metavar="TEXT", help="The partner's own words.")
@_version
@as_json
def answer(  # noqa: PLR0913, PLR0917 - its options
    claim_id: object,
    says: str,
    clerk: str,
    amount_minor: int | None,
    text: str | None,
    version: int | None,
    *,
    wants_json: bool,
) -> None:
    """Enter what the partner answered to claim ID."""
    said = {"partner_answer": says, "amount_minor": amount_minor, "text": text, "clerk": clerk}
    _does(claim_id, "answer", version, said, wants_json=wants_json)


@claims.command()
@_claim_id
@by_clerk
@with_reason
@_amount
@_version
@as_json
def accept(  # noqa: PLR0913 - its options
    claim_id: object,
    clerk: str,
    reason: str,
    amount_minor: int | None,
    version: int | None,
    *,
    wants_json: bool,
) -> None:
    """Accept claim ID, which earns its bonus."""
    said = {"clerk": clerk, "reason": reason, "amount_minor": amount_minor}
    _does(claim_id, "accept", version, said, wants_json=wants_json)


@claims.command()
@_claim_id
@by_clerk
@with_reason
@_version
@as_json
def refuse(
    claim_id: object, clerk: str, reason: str, version: int | None, *, wants_json: bool
) -> None:
    """Refuse claim ID; its member reads the reason."""
    said = {"clerk": clerk, "reason": reason}
    _does(claim_id, "refuse", version, said, wants_json=wants_json)


@click.command()
@click.option("--ended", is_flag=True, help="Those that are over, too.")
@as_json
def alarms(*, ended: bool, wants_json: bool) -> None:
    """List stores whose ratio of orders to clicks broke."""
    found = first(_MOST, _desk(), "/alarms", {"ended": "true" if ended else "false"})
    _show_all(found, _alarm, "No store's ratio is broken.", wants_json=wants_json)


def _desk() -> HttpClient:
    return target.find().clerk("bonus_status")


def _does(
    claim_id: object, what: str, version: int | None, said: Mapping[str, Any], *, wants_json: bool
) -> None:
    desk = _desk()
    seen = version or answered(desk.get(f"/claims/{claim_id}"))["version"]
    body = {**said, "version": seen}
    _told(answered(desk.post(f"/claims/{claim_id}/{what}", json=body)), wants_json=wants_json)


def _told(claim: dict[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(claim)
        return
    click.echo(_line(claim))
    click.echo(harmless(f"  claimed by member {claim['member_id']}"))
    if claim["partner_says"]:
        click.echo(harmless(f"  the partner says: {_partner_says(claim)}"))
    if claim["accepted_minor"] is not None:
        click.echo(f"  accepted: {money(claim['accepted_minor'], claim['currency'])}")
    elif claim["state"] == "accepted":
        click.echo("  accepted: what the store reported; of what it did not, what was claimed")
    for step in claim["steps"]:
        why = f": {step['why']}" if step["why"] else ""
        click.echo(harmless(f"  {to_the_second(step['at'])}  {step['what']} by {step['who']}{why}"))


def _show_all(found: list[dict[str, Any]], line: Any, nothing: str, *, wants_json: bool) -> None:
    if wants_json:
        print_json(found)
    else:
        click.echo("\n".join(map(line, found)) if found else nothing)


def _line(one: Mapping[str, Any]) -> str:
    """Lay it out without a frame: its id is there to be copied."""
    paid = money(one["amount_minor"], one["currency"])
    what = f"{one['store_id']} {one['order_id'] or 'order unknown'} {paid}"
    until = f" until {to_the_second(one['answer_by'])}" if one["state"] in _OPEN else ""
    line = f"{one['claim_id']} {one['state']:9} v{one['version']}{until}  {what}"
    return harmless(line)


def _partner_says(one: Mapping[str, Any]) -> str:
    minor = one["partner_minor"]
    paid = "" if minor is None else f", {money(minor, one['currency'])} were paid"
    words = f": {one['partner_text']}" if one["partner_text"] else ""
    return f"{one['partner_says']}{paid}{words}"


def _reminder(one: Mapping[str, Any]) -> str:
    since = to_the_second(one["due_at"])
    return harmless(
        f"{one['claim_id']} {one['state']:9} since {since}  {one['store_id']}: {one['in_words']}"
    )


def _alarm(one: Mapping[str, Any]) -> str:
    end = f", over on {one['ended_on']}" if one["ended_on"] else ""
    return harmless(f"{one['store_id']} since {one['raised_on']}{end}: {one['in_words']}")
