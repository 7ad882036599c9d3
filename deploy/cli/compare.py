"""`cashback compare`: whose money differs between what is live and what was built again."""

from typing import IO

import click

from deploy import comparing, target
from deploy.cli.asking import as_json, print_json, print_table
from deploy.comparing import Comparison, NotRebuilt
from deploy.words import counted
from shared.csv_cells import written

_MOST_SHOWN = 20
_COLUMNS = ("owner", "book", "name", "live", "rebuilt", "by")


@click.command()
@click.argument("schema", metavar="SCHEMA")
@click.option("--by-how-much", is_flag=True, help="For other rules: a difference is the answer.")
@click.option("--csv", "file", type=click.File("w", lazy=True), help="Write every difference.")
@as_json
@click.pass_context
def compare(
    context: click.Context,
    schema: str,
    *,
    by_how_much: bool,
    file: IO[str] | None,
    wants_json: bool,
) -> None:
    """Print whose money a rebuild changes: none, or by its rules.

    Per member: of the account, the bonuses and the postings; and what stores owe. Exit 1 if there
    is a difference. With --by-how-much none is a fault, and only accounts are compared.
    """
    try:
        found = comparing.compare(target.find(), schema, by_other_rules=by_how_much)
    except NotRebuilt as fault:
        raise click.ClickException(str(fault)) from None
    if file is not None:
        rows = [[getattr(one, name) for name in _COLUMNS] for one in found.all]
        file.write(written([_COLUMNS, *rows]))
    if wants_json:
        print_json(_as_dict(found))
    else:
        _print(schema, found)
    context.exit(1 if found.all and not by_how_much else 0)


def _print(schema: str, found: Comparison) -> None:
    if found.all:
        shown = [[getattr(one, name) for name in _COLUMNS] for one in found.all[:_MOST_SHOWN]]
        print_table(f"live and {schema}, in points", _COLUMNS, shown)
        if len(found.all) > _MOST_SHOWN:
            click.echo(f"… and {len(found.all) - _MOST_SHOWN} more; --csv FILE writes all.")
    for name, by in sorted(found.totals.items()):
        click.echo(f"{name}: {by:+} in all")
    left_out = f"; {found.moved_on} have gone on since and are left out" if found.moved_on else ""
    click.echo(f"{found.owners} of {found.members} members differ{left_out}.")
    if found.behind:
        click.echo(_lag(schema, found))


def _lag(schema: str, found: Comparison) -> str:
    """Say that these are figures of yesterday, and how to catch up."""
    rules = " --rules FILE, the same as before," if found.has_rules else ""
    return (
        f"The rebuild lags behind by {counted(found.behind, 'event')}, so part of a difference may"
        f" be no more than that: `cashback rebuild --into {schema}`{rules} catches up."
    )


def _as_dict(found: Comparison) -> dict[str, object]:
    return {
        "members": found.members,
        "members_that_differ": found.owners,
        "members_moved_on": found.moved_on,
        "events_behind": found.behind,
        "totals": dict(found.totals),
        "differences": [{name: getattr(one, name) for name in _COLUMNS} for one in found.all],
    }
