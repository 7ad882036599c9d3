"""`cashback partners profiles`: how each network says things, and the operator's own ones."""

from pathlib import Path

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json, print_table


@click.group()
def profiles() -> None:
    """List profiles, check or put your own."""


@profiles.command("list")
@as_json
def list_them(*, wants_json: bool) -> None:
    """List every format that partners may be allowed to send."""
    found = answered(target.find().clerk("partner_postback").get("/profiles"))["data"]
    if wants_json:
        print_json(found)
        return
    columns = ("name", "version", "proof", "about")
    rows = [(one["name"], one["version"], one["security"], one["about"]) for one in found]
    print_table("Profiles", columns, rows)


@profiles.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Its name; the file's, when left out.")
@click.option("--dry-run", is_flag=True, help="Only check it.")
@as_json
def put(file: Path, name: str | None, *, dry_run: bool, wants_json: bool) -> None:
    """Add or change a profile.

    FILE is YAML; what its parts mean stands in services/partner_postback/networks/README.md. It
    counts from the next second on; requests that are held are read by it too.
    """
    name = name or file.stem
    asked = {"dry_run": "true"} if dry_run else {}
    clerk = target.find().clerk("partner_postback")
    answer = clerk.call("PUT", f"/profiles/{name}", params=asked, data=file.read_bytes())
    kept = answered(answer)
    if wants_json:
        print_json(kept)
    elif dry_run:
        click.echo(f"{file} is a profile; nothing was kept.")
    else:
        click.echo(f"Profile {name}, version {kept['version']}, may be allowed to partners now.")
