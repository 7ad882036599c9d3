"""`cashback certificates`: what became of one; a new code for it, or its points back."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import (
    answered,
    as_json,
    by_clerk,
    print_facts,
    print_json,
    to_the_second,
    with_reason,
)
from deploy.words import money
from shared.http_client import HttpClient

_certificate_id = click.argument("certificate_id", metavar="CERTIFICATE", type=click.UUID)
_WORDS = {"issued": "open", "redeemed": "redeemed", "replaced": "replaced", "void": "void"}


@click.group()
def certificates() -> None:
    """Look at certificates, renew a code, void one."""


@certificates.command()
@_certificate_id
@as_json
def show(certificate_id: str, *, wants_json: bool) -> None:
    """Show CERTIFICATE: open or not, where redeemed, what a clerk did.

    Its code is shown to nobody but its owner.
    """
    found = answered(_desk().get(f"/certificates/{certificate_id}"))
    if wants_json:
        print_json(found)
    else:
        print_facts(f"Certificate {certificate_id}", _facts(found))


@certificates.command()
@_certificate_id
@by_clerk
@with_reason
@as_json
def reissue(certificate_id: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Give an open CERTIFICATE a new code, sent by SMS.

    The old code is void at once; the new one is a new certificate of the same worth, and the old
    one names it. For a member who lost the SMS, or whose code was seen by others.
    """
    made = _act(certificate_id, "reissue", clerk, reason)
    if wants_json:
        print_json(made)
        return
    click.echo(f"Certificate {made['certificate_id']} took its place: its code goes out by SMS.")


@certificates.command()
@_certificate_id
@by_clerk
@with_reason
@as_json
def void(certificate_id: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Void an open CERTIFICATE: its points go back.

    They are the member's again within moments; a debt is repaid first. One that was redeemed is
    cancelled at its till first, on the same day.
    """
    ended = _act(certificate_id, "void", clerk, reason)
    if wants_json:
        print_json(ended)
        return
    click.echo(f"Void; {ended['denomination']} points go back to member {ended['member_id']}.")


def _facts(found: dict[str, Any]) -> dict[str, object]:
    act, revealed = found["act"], found["revealed_at"]
    facts = {
        "worth": f"{found['denomination']} ₽",
        "status": _WORDS[found["status"]],
        "member": found["member_id"],
        "payout": found["payout_id"],
        "issued": to_the_second(found["issued_at"]),
        "code shown": to_the_second(revealed) if revealed else "no",
        "took the place of": found["replaces"],
        "its place was taken by": found["replaced_by"],
    }
    if redemption := found["redemption"]:
        facts |= _redeemed(redemption)
    if act:
        said = f"{to_the_second(act['acted_at'])} by {act['clerk']}: {act['reason']}"
        facts[act["act"]] = said
    return {name: fact for name, fact in facts.items() if fact is not None}


def _redeemed(one: Mapping[str, Any]) -> dict[str, object]:
    """Say what a till knows of it: its id is what the till cancels by, on the same day."""
    pays, burns = (money(one[name], "RUB") for name in ("pays_minor", "burns_minor"))
    return {
        "redeemed": f"{to_the_second(one['redeemed_at'])} in salon {one['salon_id']}",
        "receipt": one["receipt"],
        "paid, burnt": f"{pays}, {burns}",
        "redemption": one["redemption_id"],
    }


def _act(certificate_id: str, what: str, clerk: str, reason: str) -> dict[str, Any]:
    sent = {"clerk": clerk, "reason": reason}
    done = answered(_desk().post(f"/certificates/{certificate_id}/{what}", json=sent))
    return dict(done)


def _desk() -> HttpClient:
    return target.find().clerk("payout")
