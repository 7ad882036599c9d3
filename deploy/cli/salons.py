"""`cashback salons`: who may redeem certificates; `cashback liability`: what is owed by them."""

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json, print_table
from shared.http_client import HttpClient

_salon_id = click.argument("salon_id", metavar="SALON")


@click.group()
def salons() -> None:
    """Open salons, make keys for their tills."""


@salons.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List salons and their wrong codes of a quarter of an hour."""
    found = answered(_desk().get("/salons"))["data"]
    if wants_json:
        print_json(found)
    elif found:
        columns = ("salon", "name", "on", "keys", "wrong codes")
        rows = [
            (one["salon_id"], one["name"], _word(one["is_on"]), one["keys"], one["wrong_codes"])
            for one in found
        ]
        print_table("Salons", columns, rows)
    else:
        click.echo("There is no salon yet: cashback salons set SALON --name NAME.")


@salons.command("set")
@_salon_id
@click.option("--name", required=True, metavar="TEXT", help="As people know it.")
@click.option("--on/--off", "is_on", default=True, help="Off: its keys open nothing.")
def set_one(salon_id: str, name: str, *, is_on: bool) -> None:
    """Open SALON, or change it.

    SALON is of a-z, 0-9 and hyphens.
    """
    answered(_desk().call("PUT", f"/salons/{salon_id}", json={"name": name, "is_on": is_on}))
    click.echo(f"{salon_id} is {_word(is_on)}.")


@salons.command()
@_salon_id
def key(salon_id: str) -> None:
    """Make a key for the tills of SALON, and print it: this once.

    The key before it stays valid until the next one is made; older ones end now. A key that leaked
    is gone after two new ones.
    """
    click.echo(answered(_desk().post(f"/salons/{salon_id}/keys", json=None))["key"])


@click.command()
@as_json
def liability(*, wants_json: bool) -> None:
    """Show what certificates are open, redeemed, burnt."""
    told = answered(_desk().get("/certificates/liability"))
    if wants_json:
        print_json(told)
        return
    facts = {
        "issued": f"{told['issued']} worth {_rubles(told['issued_minor'])}",
        "open": f"{told['open']} worth {_rubles(told['open_minor'])}",
        "redeemed": f"{told['redeemed']}, paid {_rubles(told['redeemed_minor'])}",
        "burnt": _rubles(told["burnt_minor"]),
        "void": f"{told['void']} worth {_rubles(told['void_minor'])}, given back in points",
    }
    print_facts("Certificates", facts)


def _word(is_on: bool) -> str:  # noqa: FBT001 - a cell of a table
    return "on" if is_on else "off"


def _rubles(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02} ₽".replace(",", "\N{NO-BREAK SPACE}")


def _desk() -> HttpClient:
    return target.find().clerk("payout")
