"""`cashback payout manifest` and `check-manifest`: what a run paid, signed; kept and checked."""

import csv
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.text import Text

from deploy import target
from deploy.cli.asking import answered, harmless
from deploy.cli.payout import telling
from deploy.words import counted
from shared.http_client import HttpClient
from shared.signed import canonical, is_genuine

_PAGE = 500
_MANIFEST, _PAYOUTS, _KEYS = "manifest.json", "payouts.csv", "manifest-keys.json"
_COLUMNS = ("payout_id", "member_id", "goal_id", "kind", "amount")
_folder = click.Path(file_okay=False, path_type=Path)


class NotAManifest(click.ClickException):
    """The folder holds no manifest that can be read."""


@click.command()
@telling.month
@click.option(
    "--into", "folder", type=_folder, metavar="FOLDER", help="[default: manifest-YYYY-MM]"
)
def manifest(month: str, folder: Path | None) -> None:
    """Download the manifest of a run that has ended.

    FOLDER gets manifest.json (totals, hash, signature), payouts.csv (every payout as planned) and,
    unless they are there already, manifest-keys.json: the public keys, to be kept elsewhere.
    """
    clerk = target.find().clerk("payout")
    answer = clerk.get(f"/runs/{month}/manifest")
    signed = answered(answer)
    folder = folder or Path(f"manifest-{month}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MANIFEST).write_bytes(answer.content)
    payouts = sorted(_payouts(clerk, month, signed["manifest"]["payouts"]))
    with (folder / _PAYOUTS).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([_COLUMNS, *(row for _, row in payouts)])
    keys = folder / _KEYS
    if not keys.exists():
        keys.write_bytes(canonical(answered(clerk.get("/runs/manifest-keys"))))
    click.echo(f"{folder}: {_MANIFEST}, {_PAYOUTS} ({counted(len(payouts), 'payout')}), {_KEYS}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def check_manifest(context: click.Context, folder: Path) -> None:
    """Check the manifest in FOLDER; asks nobody.

    Each byte as it was signed, the signature by the saved keys, and the list of payouts against its
    hash and totals. Exit 1 if one does not hold.
    """
    signed, keys = _read(folder / _MANIFEST), _read(folder / _KEYS)
    faults = {
        "spelling": _fault_of_spelling(signed, folder / _MANIFEST),
        "signature": _fault_of_signature(signed, keys),
        "payouts": _fault_of_list(signed, folder / _PAYOUTS),
    }
    for part, fault in faults.items():
        mark = Text("BROKEN ", "bold red") if fault else Text("holds  ", "green")
        says = f"{part:10} {fault}" if fault else part
        Console(soft_wrap=True).print(mark + Text(harmless(says)))
    context.exit(1 if any(faults.values()) else 0)


def _payouts(
    clerk: HttpClient, month: str, count: int
) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Answer every payout of a run with what it is sorted by: member and goal."""
    after: str | None = None
    pages = max(-(-count // _PAGE), 1)
    screen = Console(stderr=True)
    hidden = not screen.is_terminal  # where nothing can be wiped out, its end would be a blank line
    for _ in track(range(pages + 1), "payouts", console=screen, transient=True, disable=hidden):
        asked = {"limit": _PAGE} | ({"after": after} if after else {})
        page = answered(clerk.get(f"/runs/{month}/payouts", params=asked))
        for one in page["data"]:
            yield (one["member_id"], one["goal_id"]), [str(one[name]) for name in _COLUMNS]
        after = page["next"]
        if after is None:
            return


def _fault_of_spelling(signed: Mapping[str, Any], file: Path) -> str | None:
    """Say whether a byte of it is another, even one that changes nothing of what it tells."""
    try:
        is_same = canonical(signed) == file.read_bytes()
    except ValueError:
        is_same = False
    return None if is_same else f"{file.name} is spelt otherwise than it was signed."


def _fault_of_signature(signed: Mapping[str, Any], keys: Mapping[str, Any]) -> str | None:
    if is_genuine(signed, "manifest", keys.get("keys", {})):
        return None
    return f"{_MANIFEST} is not what a key of {_KEYS} signed."


def _fault_of_list(signed: Mapping[str, Any], file: Path) -> str | None:
    """Say in what a list is not the manifest's; None if it is, to the byte."""
    plan_hash, payouts, points = bytes(32), 0, 0
    try:
        with file.open(newline="", encoding="utf-8") as text:
            for row in csv.DictReader(text):
                line = ",".join(row[name] for name in _COLUMNS)
                plan_hash = sha256(plan_hash + line.encode()).digest()
                payouts, points = payouts + 1, points + int(row["amount"])
        told = signed["manifest"]
        wanted = (told["payouts"], told["points"])
        if (payouts, points) != wanted:
            ours = f"{payouts} of {points} points"
            return f"{_PAYOUTS} has other payouts: {ours}, the manifest {wanted[0]} of {wanted[1]}."
        is_same = told["plan_hash"] == plan_hash.hex()
    except OSError as fault:
        return f"{_PAYOUTS} cannot be read: {fault.strerror}."
    except (KeyError, TypeError, ValueError):
        return f"{_PAYOUTS} is no list of payouts, or {_MANIFEST} does not tell of one."
    return None if is_same else f"A line of {_PAYOUTS} is another than was planned."


def _read(file: Path) -> dict[str, Any]:
    try:
        written = file.read_bytes()
        found = json.loads(written)
    except OSError as fault:
        message = f"{file} cannot be read: {fault.strerror}."
        raise NotAManifest(message) from None
    except (ValueError, RecursionError):
        message = f"{file} holds no JSON." if written else f"{file} is empty."
        raise NotAManifest(message) from None
    if not isinstance(found, dict):
        message = f"{file} holds no manifest."
        raise NotAManifest(message)
    return found
