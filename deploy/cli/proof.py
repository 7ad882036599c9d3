"""`cashback proof`: downloads what proves a bonus, and checks such a file offline."""

import json
from pathlib import Path
from typing import Any

import click
from click import Context
from rich.console import Console
from rich.text import Text

from deploy import target
from deploy.cli.asking import answered, harmless
from deploy.proof.check import Finding
from deploy.proof.check import check as judge
from shared.signed import canonical

_KEYS_FILE = "proof-keys.json"


class _BonusOrCommand(click.Group):
    """`cashback proof ID` is short for `cashback proof get ID`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["get", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_BonusOrCommand)
def proof() -> None:
    """Prove a bonus, from click to payout.

    `cashback proof ID` is short for `cashback proof get ID`.
    """


@proof.command()
@click.argument("bonus_id", metavar="ID", type=click.UUID)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to keep it.  [default: proof-ID.json]",
)
def get(bonus_id: object, output: Path | None) -> None:
    """Download the proof of bonus ID.

    The public keys are kept beside it as proof-keys.json; a file of that name that is there already
    stays as it is: it was saved before, and that is what a proof is checked by.
    """
    clerk = target.find().clerk("bonus_status")
    answer = clerk.get(f"/bonuses/{bonus_id}/proof")
    answered(answer)
    file = output or Path(f"proof-{bonus_id}.json")
    file.write_bytes(answer.content)
    click.echo(f"{file}: {len(answer.content)} bytes")
    keys = file.with_name(_KEYS_FILE)
    if not keys.exists():
        keys.write_bytes(canonical(answered(clerk.get("/proof-keys"))))
        click.echo(f"{keys}: the keys to check it by")


@proof.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The public keys, saved before.  [default: proof-keys.json beside the proof]",
)
@click.pass_context
def check(context: Context, file: Path, keys_file: Path | None) -> None:
    """Check the proof in FILE; asks nobody.

    Prints each part and whether it holds: the file and its signature, the chain of the member's
    events, the changes, the amount worked out again, the postings, the payouts. Exit 1 if one does
    not.
    """
    findings = judge(file.read_bytes(), _keys(keys_file or file.with_name(_KEYS_FILE)))
    for finding in findings:
        Console(soft_wrap=True).print(_line(finding))
    context.exit(0 if all(finding.holds for finding in findings) else 1)


def _keys(file: Path) -> dict[str, str]:
    if not file.exists():
        message = f"{file} is not there: name the public keys, saved before, with --keys."
        raise click.UsageError(message)
    try:
        kept: Any = json.loads(file.read_bytes())["keys"]
        return {str(key_id): str(key) for key_id, key in kept.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{file} holds no public keys."
        raise click.UsageError(message) from None


def _line(finding: Finding) -> Text:
    mark = Text("holds  ", "green") if finding.holds else Text("BROKEN ", "bold red")
    return mark + Text(f"{finding.part:<12} {harmless(finding.says)}")
