"""`cashback messages`: what members were told by SMS and e-mail, and what did not reach them."""

import click

from deploy import target
from deploy.cli.asking import answered, as_json, print_json, print_table

_MOST = 200
_COLUMNS = (
    "message_id",
    "member_id",
    "kind",
    "channel",
    "state",
    "delivery",
    "attempts",
    "made_at",
    "said",
)


@click.group()
def messages() -> None:
    """Look at what members were told; send it again.

    A message ends unsent when the gateway or a service refuses it (refused), or after days without
    an answer (given_up); unwanted is what the member chose to read on the site alone. The delivery
    is the gateway's word on what was sent: accepted, delivered or failed. A certificate is worth
    nothing to a member who never got its code.
    """


@messages.command("list")
@click.option("--member", "member_id", type=click.UUID, help="What this member was told.")
@click.option("--failed", is_flag=True, help="Only messages that ended unsent.")
@as_json
def list_them(member_id: object, *, failed: bool, wants_json: bool) -> None:
    """List messages: of a member, or that ended unsent.

    The newest 200 of them.
    """
    if member_id is None and not failed:
        message = "Name a member (--member), or ask for what failed (--failed)."
        raise click.UsageError(message)
    asked = {"limit": _MOST, "failed": "true" if failed else "false"}
    asked |= {"member_id": str(member_id)} if member_id else {}
    clerk = target.find().clerk("notifications")
    found = answered(clerk.get("/messages", params=asked))["data"]
    if wants_json:
        print_json(found)
    elif found:
        print_table("Messages", _COLUMNS, [[one[column] for column in _COLUMNS] for one in found])
    else:
        click.echo("No message ended unsent." if failed else "There is no message.")


@messages.command()
@click.argument("message_id", type=click.UUID)
@as_json
def send_again(message_id: object, *, wants_json: bool) -> None:
    """Send a message that ended unsent once more.

    Mend its cause first. Its id stays, so what did arrive although nobody heard of it is not
    delivered twice.
    """
    clerk = target.find().clerk("notifications")
    told = answered(clerk.post(f"/messages/{message_id}/send-again"))
    if wants_json:
        print_json(told)
    else:
        click.echo(f"{message_id} is on its way again.")
