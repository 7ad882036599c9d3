"""`cashback clerks`: who may use the console; the first admin is made here."""

import sys

import click
import segno

from deploy import target
from deploy.cli.asking import answered, as_json, print_facts, print_json, print_table

_ROLES = ("viewer", "clerk", "finance", "admin")
_SHOWN_ONCE = "Both are shown this once; the first sign-in asks for a password of one's own."


@click.group()
def clerks() -> None:
    """Make, renew and end the clerks of the console."""


@clerks.command("list")
@as_json
def list_clerks(*, wants_json: bool) -> None:
    """List the clerks and what they may do."""
    found = answered(target.find().clerk("console").get("/api/clerks"))["data"]
    if wants_json:
        print_json(found)
        return
    columns = ("name", "role", "may sign in", "first password")
    rows = [
        (
            one["name"],
            one["role"],
            "yes" if one["is_active"] else "no",
            "one-time" if one["password_is_temporary"] else "own",
        )
        for one in found
    ]
    print_table("Clerks", columns, rows)


@clerks.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What he may do.")
@as_json
def add(name: str, role: str, *, wants_json: bool) -> None:
    """Make a clerk; prints a one-time password and a TOTP address."""
    made = {"name": name, "role": role}
    _tell(answered(target.find().clerk("console").post("/api/clerks", json=made)), wants_json)


@clerks.command("renew")
@click.argument("name")
@as_json
def renew(name: str, *, wants_json: bool) -> None:
    """Give a clerk new secrets, for a lost phone; his sessions end."""
    _tell(answered(target.find().clerk("console").post(f"/api/clerks/{name}/renew")), wants_json)


@clerks.command("end")
@click.argument("name")
def end(name: str) -> None:
    """Let a clerk in no more; what he did stays on record."""
    answered(target.find().clerk("console").post(f"/api/clerks/{name}/end"))
    click.echo(f"{name} can no longer sign in.")


def _tell(secrets: dict[str, str], wants_json: bool) -> None:  # noqa: FBT001 - the commands' own
    if wants_json:
        print_json(secrets)
        return
    facts = {
        "name": secrets["name"],
        "one-time password": secrets["one_time_password"],
        "console": target.find().urls["console"],
    }
    print_facts("A clerk's first sign-in", facts)
    # Outside the table, which would break it over lines: it is copied, or scanned below.
    click.echo(f"TOTP address, for an authenticator app: {secrets['totp_uri']}")
    if sys.stdout.isatty():
        segno.make(secrets["totp_uri"]).terminal(compact=True)
    click.echo(_SHOWN_ONCE)
