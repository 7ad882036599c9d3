"""`cashback partners file`: upload a partner's file, wait, and tell what became of its rows."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy import target
from deploy.cli.asking import answered, as_json, print_json, print_table
from deploy.target import Target
from shared.http_client import HttpClient

_TYPES = {".csv": "text/csv", ".xml": "application/xml"}
_PACKED = ".gz"
# Until its last row is read: that of 100 MB takes some seconds.
_TAKE_IN_SECONDS = 120
_BLOCK_BYTES = 64 * 1024
_ASK_EVERY_SECONDS = 0.2
# Whoever applies files is away when none of a file's rows is done for so long.
_PATIENCE_SECONDS = 60


@click.command("file")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", "partner_id", required=True, metavar="ID", help="Whose file it is.")
@click.option("--profile", required=True, metavar="NAME", help="How it is to be read.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="OUT.csv",
    help="Write the verdict on each row there.",
)
@as_json
def send_file(  # noqa: PLR0913 - the command's options
    path: Path,
    partner_id: str,
    profile: str,
    *,
    dry_run: bool,
    report: Path | None,
    wants_json: bool,
) -> None:
    """Upload a file of approvals, declines or amendments.

    PATH is CSV or XML, as its ending says, perhaps packed (.csv.gz). A broken file changes nothing,
    and so does the same file twice. Exit code 1: a row was refused.
    """
    asked = {
        "partner_id": partner_id,
        "profile": profile,
        "dry_run": "true" if dry_run else "false",
        "name": path.name,
    }
    system = target.find()
    with _progress() as progress:
        taken = _upload(system, path, asked, progress)
        done = _wait(system, taken, progress)
    if report is not None:
        _download(system, taken["file_id"], report)
    told = {**done, "is_new": taken["is_new"]}
    if wants_json:
        print_json(told)
    else:
        _print(told)
    if any(one["verdict"] == "refused" for one in done["verdicts"]):
        sys.exit(1)


class _Counted:
    """A file that tells how much of it was read, and how long it is."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file, self._size, self._progress = file, size, progress
        self._task = progress.add_task("Upload, bytes", total=size)

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = _BLOCK_BYTES) -> bytes:
        block = self._file.read(size)
        self._progress.advance(self._task, len(block))
        return block


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show progress on a terminal, and nothing where a script listens."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress


def _upload(
    system: Target, path: Path, asked: Mapping[str, str], progress: Progress
) -> dict[str, Any]:
    headers = _headers(path)
    clerk = HttpClient(
        system.urls["partner_postback"], bearer=system.operator_key, read_seconds=_TAKE_IN_SECONDS
    )
    with path.open("rb") as file:
        body = _Counted(file, path.stat().st_size, progress)
        answer = clerk.post("/files", params=asked, data=body, headers=headers)
    kept: dict[str, Any] = answered(answer)
    return kept


def _headers(path: Path) -> dict[str, str]:
    is_packed = path.suffix == _PACKED
    ending = path.with_suffix("").suffix if is_packed else path.suffix
    if ending not in _TYPES:
        message = f"{path} ends neither in {' nor in '.join(_TYPES)}, packed (.gz) or not."
        raise click.UsageError(message)
    packed = {"Content-Encoding": "gzip"} if is_packed else {}
    return {"Content-Type": _TYPES[ending], **packed}


def _wait(system: Target, taken: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Ask until every row has its verdict."""
    clerk = system.clerk("partner_postback")
    task = progress.add_task("Rows", total=taken["rows"])
    applied, since = -1, time.monotonic()
    while True:
        file: dict[str, Any] = answered(clerk.get(f"/files/{taken['file_id']}"))
        progress.update(task, completed=file["applied_rows"])
        if file["state"] == "finished":
            return file
        if file["applied_rows"] > applied:
            applied, since = file["applied_rows"], time.monotonic()
        elif time.monotonic() - since > _PATIENCE_SECONDS:
            message = (
                f"No row was applied for {_PATIENCE_SECONDS} seconds: does partner_postback.work"
                f" run? The file is kept ({taken['file_id']}), and is applied when it does."
            )
            raise click.ClickException(message)
        time.sleep(_ASK_EVERY_SECONDS)


def _download(system: Target, file_id: str, report: Path) -> None:
    clerk = system.clerk("partner_postback")
    answer: requests.Response = clerk.get(
        f"/files/{file_id}/rows", params={"format": "csv"}, stream=True
    )
    if not answer.ok:
        answered(answer)
    try:
        with report.open("wb") as file:
            for block in answer.iter_content(_BLOCK_BYTES):
                file.write(block)
    except requests.RequestException:
        message = f"The report broke off; {report} is not whole."
        raise click.ClickException(message) from None


def _print(file: Mapping[str, Any]) -> None:
    became = "were decided on"
    if file["is_dry_run"]:
        became = "were tried; nothing was changed"
    elif not file["is_new"]:
        became = "were here before; nothing was changed"
    click.echo(f"{file['name']}: {file['rows']} rows {became} (file {file['file_id']}).")
    rows = [(one["verdict"], one["code"], one["rows"]) for one in file["verdicts"]]
    print_table("Rows by verdict", ("verdict", "code", "rows"), rows)
