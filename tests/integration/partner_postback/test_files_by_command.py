"""`cashback partners file`: uploads, waits, tells, and ends with 1 when a row was refused."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.integration.partner_postback.commands import command
from tests.integration.partner_postback.running import Intake

HEADER = "order_id,status,status_at\n"
HELD = "A-{},approved,2026-11-01T00:00:00Z\n"


@pytest.fixture
def intake(tmp_path: Path, fresh_service_url: Callable[[str], str]) -> Iterator[Intake]:
    running = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    running.start("web")
    running.sign_up()
    running.start("work")
    yield running
    running.stop()


def send(intake: Intake, path: Path, *options: str) -> Result:
    words = ["partners", "file", str(path), "--partner", intake.partner_id, "--profile", "csv"]
    return command(intake, *words, *options)


def test_a_file_is_sent_applied_and_reported(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "november.csv"
    path.write_text(HEADER + "".join(HELD.format(number) for number in range(700)))
    dry = send(intake, path, "--dry-run")
    assert (dry.exit_code, "were tried; nothing was changed" in dry.output) == (0, True)
    done = send(intake, path, "--json", "--report", str(tmp_path / "out.csv"))
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["state"], told["rows"], told["sent_by"]) == ("finished", 700, "clerk")
    assert told["verdicts"] == [{"verdict": "held", "code": "unknown_order", "rows": 700}]
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [one["order_id"] for one in rows] == [f"A-{number}" for number in range(700)]
    again = send(intake, path)
    assert (again.exit_code, "here before" in again.output) == (0, True)


def test_a_refused_row_ends_with_1(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "packed.csv.gz"
    path.write_bytes(gzip.compress((HEADER + HELD + "A-2,approved,soon\n").encode()))
    done = send(intake, path)
    assert done.exit_code == 1
    assert "refused" in done.output


def test_a_broken_file_is_told_in_one_sentence(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("order_id,status\nA-1,approved\n")
    done = send(intake, path)
    assert done.exit_code == 1
    assert "Error: Line 1: status_at: There is no column status_at" in done.output
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert "The file is empty" in send(intake, empty).output
    other = tmp_path / "file.xlsx"
    other.touch()
    assert send(intake, other).exit_code == 2
