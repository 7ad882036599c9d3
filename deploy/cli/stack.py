"""`cashback stack`: the whole system on this machine, without Docker."""

from typing import Any

import click

from deploy import target
from deploy.cli import pages, reaching
from deploy.cli.asking import as_json, print_json, print_table
from deploy.local import stack as local
from deploy.local import state
from deploy.target import from_status
from deploy.words import counted


@click.group()
def stack() -> None:
    """Start, stop and look at the local stack.

    It is made of the servers, the services and the sandbox, without Docker.
    """


@stack.command()
@click.option("--fresh", is_flag=True, help="Throw the data of an earlier stack away first.")
@as_json
def up(*, fresh: bool, wants_json: bool) -> None:
    """Start everything that does not run yet, and leave it running.

    Repeat it to heal a stack in which something was killed. Ports from 8100 up, others where those
    are taken; the data lie in .stack/. --json prints keys, passwords and cookies too.
    """
    status = local.up(target.folder(), lambda step: click.echo(f"  {step}", err=True), fresh=fresh)
    _show(status, wants_json=wants_json)
    if not wants_json:
        click.echo("stop: cashback stack down")


@stack.command()
def down() -> None:
    """Stop everything that was started; the data stay for the next `up`."""
    stopped = local.down(target.folder(), lambda step: click.echo(f"  {step}", err=True))
    click.echo(f"{counted(stopped, 'process')} stopped" if stopped else "nothing was running")


@stack.command()
@as_json
@click.pass_context
def status(context: click.Context, *, wants_json: bool) -> None:
    """Show addresses, processes and pages to open. Exit 1 if a process is down.

    --json prints keys, passwords and cookies too: keep it to yourself.
    """
    folder = target.folder()
    known = state.refresh(folder)
    if known is None:
        raise target.NoTarget(folder / state.STATUS_FILE)
    if wants_json or state.anything_runs(folder):
        _show(known, wants_json=wants_json)
    else:
        click.echo(reaching.STOPPED)
    if not wants_json and (demo := reaching.demo_beside()):
        click.echo(demo)
    context.exit(1 if state.down(folder) else 0)


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
    pages.show(from_status(status))


def _first(pids: list[int]) -> str:
    return str(pids[0]) if pids else "DOWN"
