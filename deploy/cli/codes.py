"""`cashback codes`: promo codes made of a rule, and how often each was used."""

from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, by_clerk, print_json, with_reason
from deploy.words import counted
from shared.http_client import HttpClient

_PAGE = 100
_MOST = 1_000
_rule_id = click.argument("rule_id", metavar="RULE")


@click.group()
def codes() -> None:
    """Make promo codes, see how often they were used."""


@codes.command()
@_rule_id
@click.argument("names", metavar="CODE...", nargs=-1, required=True)
@click.option(
    "--uses",
    "most_uses",
    type=int,
    default=1,
    show_default=True,
    metavar="NUMBER",
    help="How often each may be used, by all members together.",
)
@by_clerk
@with_reason
@as_json
def make(  # noqa: PLR0913 - its options
    rule_id: str,
    names: tuple[str, ...],
    most_uses: int,
    clerk: str,
    reason: str,
    *,
    wants_json: bool,
) -> None:
    """Make codes that give the points of RULE.

    A CODE is of A-Z, 0-9 and hyphens, 4 to 32 of them; at most 1000 at once. One that is there
    already stays as it is. RULE is of the source promo_code: it says how many points a use gives,
    how many points one member gets by all its codes (most_a_member), and until when (cashback rules
    set --help has an example).
    """
    sent = {
        "rule_id": rule_id,
        "codes": list(names),
        "most_uses": most_uses,
        "clerk": clerk,
        "reason": reason,
    }
    made = answered(_desk().post("/promo-codes", json=sent))
    if wants_json:
        print_json(made)
        return
    there = len(set(names)) - made["added"]
    stays = f"; {there} of them there before, left alone" if there else ""
    click.echo(f"{counted(made['added'], 'new code')} of rule {rule_id}{stays}.")


@codes.command("list")
@_rule_id
@as_json
def list_them(rule_id: str, *, wants_json: bool) -> None:
    """List the codes of RULE and how often each was used.

    The first 1000 of them, in their order.
    """
    desk = _desk()
    answered(desk.get(f"/bonus-rules/{rule_id}"))  # no such rule is another answer than no codes
    found = _codes(desk, rule_id)
    if wants_json:
        print_json(found)
    elif found:
        lines = (f"{one['code']}  used {one['used']} of {one['most_uses']}" for one in found)
        click.echo("\n".join(lines))
    else:
        click.echo(f"Rule {rule_id} has no codes: cashback codes make {rule_id} CODE makes one.")


def _codes(desk: HttpClient, rule_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < _MOST:
        after = {"after": found[-1]["code"]} if found else {}
        asked = {"rule_id": rule_id, "limit": _PAGE, **after}
        page = answered(desk.get("/promo-codes", params=asked))["data"]
        found += page
        if len(page) < _PAGE:
            break
    return found


def _desk() -> HttpClient:
    return target.find().clerk("bonus_status")
