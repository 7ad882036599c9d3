"""`cashback payout release`, `pause`, `resume` and `cancel`: what clerks do to a run."""

from collections.abc import Mapping
from typing import Any

import click

from deploy import target
from deploy.cli.asking import answered, as_json, by_clerk, print_json, with_reason
from deploy.cli.payout import telling
from deploy.cli.payout.review import print_review
from deploy.cli.payout.run import tell
from deploy.words import counted


@click.command()
@telling.month
@by_clerk
@click.option("--yes", is_flag=True, help="Do not ask: what is planned now was looked at.")
@telling.no_wait
@as_json
@click.pass_context
def release(  # noqa: PLR0913 - its options
    context: click.Context,
    month: str,
    clerk: str,
    *,
    yes: bool,
    no_wait: bool,
    wants_json: bool,
) -> None:
    """Release a planned run: its money moves.

    Whoever began the run cannot. Shows what would be paid, asks, and watches the run. What changed
    since it was shown is refused. Exit 1 as for `cashback payout run`.
    """
    desk = target.find().clerk("payout")
    shown = answered(desk.get(f"/runs/{month}/review"))
    if not yes:
        see_that_it_can_be_released(shown, clerk)
        print_review(shown)
        click.confirm(
            f"Pay {shown['points']} ₽ in {counted(shown['payouts'], 'payout')}?", abort=True
        )
    sent = {"clerk": clerk, "plan_hash": shown["plan_hash"]}
    found = answered(desk.post(f"/runs/{month}/release", json=sent, repeatable=True))
    if not no_wait:
        found = telling.watch(desk, month)
    tell(context, found, wants_json=wants_json)


@click.command()
@telling.month
@by_clerk
@with_reason
@as_json
def pause(month: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Pause a run: what has begun goes on, nothing more begins."""
    _act("pause", month, clerk, reason, wants_json=wants_json)


@click.command()
@telling.month
@by_clerk
@with_reason
@as_json
def resume(month: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Let a paused run go on."""
    _act("resume", month, clerk, reason, wants_json=wants_json)


@click.command()
@telling.month
@by_clerk
@with_reason
@as_json
def cancel(month: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    """Cancel what has not begun of a run, for good.

    Points reserved for it are free again; what has begun goes on to its end. The month cannot be
    run again: who was not paid waits for the next month's run.
    """
    _act("cancel", month, clerk, reason, wants_json=wants_json)


def see_that_it_can_be_released(shown: Mapping[str, Any], clerk: str) -> None:
    """Refuse what payout would refuse, before somebody reads all of it and answers in vain."""
    if shown["state"] != "planned":
        message = (
            f"The run of {shown['month']} is {shown['state']}: only a planned one is released."
        )
        raise click.ClickException(message)
    if shown["begun_by"] == clerk:
        message = f"{clerk} began this run: another clerk releases it."
        raise click.ClickException(message)


def _act(what: str, month: str, clerk: str, reason: str, *, wants_json: bool) -> None:
    sent = {"clerk": clerk, "reason": reason}
    desk = target.find().clerk("payout")
    found = answered(desk.post(f"/runs/{month}/{what}", json=sent, repeatable=True))
    if wants_json:
        print_json(found)
    else:
        telling.show(found)
