"""`cashback stack`: the whole system on this machine, without Docker."""

from typing import Any

import click

from deploy import target
from deploy.cli.asking import as_json, print_json, print_table
from deploy.local import stack as local
from deploy.local import state


@click.group()
def stack() -> None:
    """Start, stop and look at the local stack: servers, services and the sandbox."""


@stack.command()
@click.option("--fresh", is_flag=True, help="Throw the data of an earlier stack away first.")
@as_json
def up(*, fresh: bool, wants_json: bool) -> None:
    """Start everything that does not run yet, and leave it running.

    Repeat it to heal a stack in which something was killed. Ports from 8100 up, others where those
    are taken; the data lie in .stack/.
    """
    status = local.up(target.folder(), lambda step: click.echo(f"  {step}", err=True), fresh=fresh)
    _show(status, wants_json=wants_json)


@stack.command()
def down() -> None:
    """Stop everything that was started; the data stay for the next `up`."""
    stopped = local.down(target.folder(), lambda step: click.echo(f"  {step}", err=True))
    click.echo(f"{stopped} processes stopped")


@stack.command()
@as_json
@click.pass_context
def status(context: click.Context, *, wants_json: bool) -> None:
    """Show addresses and processes. Exit 1 if one of them is down."""
    known = state.refresh(target.folder())
    if known is None:
        raise target.NoTarget(target.folder() / target.STATUS_FILE)
    _show(known, wants_json=wants_json)
    context.exit(1 if state.down(target.folder()) else 0)


def _show(status: dict[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print_json(status)
        return
    rows: list[tuple[str, str, str]] = []
    for name, one in status["services"].items():
        roles = [f"{role} {_first(pids)}" for role, pids in one["processes"].items()]
        rows.append((name, one["url"], ", ".join(roles)))
    rows += [(name, one["url"], _first(one["pids"])) for name, one in status["sandbox"].items()]
    for name, one in status["servers"].items():
        address = one.get("url") or one.get("bootstrap") or one["dsn"].rpartition("@")[2]
        rows.append((name, address, _first(one["pids"])))
    print_table("The local stack", ("name", "address", "processes (pid)"), rows)


def _first(pids: list[int]) -> str:
    return str(pids[0]) if pids else "DOWN"
