"""`cashback partners match` and `cashback partners webhooks`, against the running service."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.partner_postback.commands import command
from tests.integration.partner_postback.running import Intake
from tests.integration.partner_postback.test_processes import report


@pytest.fixture
def intake(tmp_path: Path, fresh_service_url: Callable[[str], str]) -> Iterator[Intake]:
    running = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    running.start("web")
    running.sign_up()
    running.know_store()
    yield running
    running.stop()


def days(intake: Intake) -> tuple[str, ...]:
    """The arguments of a report on yesterday, today and tomorrow."""
    now = datetime.now(UTC)
    first, end = (f"{now + timedelta(days=one):%Y-%m-%d}" for one in (-1, 2))
    return ("partners", "match", intake.partner_id, "--from", first, "--to", end)


def test_a_report_that_agrees_ends_with_0_and_another_with_1(
    intake: Intake, tmp_path: Path
) -> None:
    assert intake.send(report(intake)).status_code == 200
    out = tmp_path / "out.csv"
    agreed = command(intake, *days(intake), "--csv", str(out))
    assert agreed.exit_code == 0, agreed.output
    assert "1 row; said 1 by push" in agreed.output
    with out.open(newline="") as file:
        *rows, last = csv.DictReader(file)
    assert ([one["outcome"] for one in rows], last["about"]) == (["agreed"], "end")
    other = command(intake, *days(intake), "--sides", "push,file")
    assert other.exit_code == 1
    assert "missing" in other.output
    as_json = command(intake, *days(intake), "--sides", "push,file", "--json")
    read = json.loads(as_json.stdout)
    assert (as_json.exit_code, read["data"][0]["missing"]) == (1, ["file"])


def test_what_cannot_be_compared_is_told_in_one_sentence(intake: Intake) -> None:
    words = ("partners", "match", intake.partner_id, "--from", "2026-01-01", "--to", "2026-12-01")
    long = command(intake, *words)
    assert long.exit_code == 1
    assert "334 days; a report is of 92 days at most. (period_too_long)" in long.output
    unknown = command(intake, "partners", "match", "nobody", *words[3:])
    assert (unknown.exit_code, "unknown_partner" in unknown.output) == (1, True)
    assert command(intake, *words[:3], "--from", "soon", *words[5:]).exit_code == 2


def test_a_webhook_is_set_and_its_deliveries_are_listed(intake: Intake) -> None:
    words = ("partners", "webhooks")
    done = command(intake, *words, "set", intake.partner_id, "http://127.0.0.1:1/", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["secret"].startswith("whsec_")
    again = command(intake, *words, "set", intake.partner_id, "http://127.0.0.1:1/")
    assert "conversion.changed receipt.decided" in again.output
    assert "whsec_" not in again.output
    assert "told nothing yet" in command(intake, *words, "list", intake.partner_id).output
    assert intake.send(report(intake)).status_code == 200
    listed = command(intake, *words, "list", intake.partner_id, "--state", "waiting", "--json")
    [one] = json.loads(listed.stdout)
    shown = command(intake, *words, "list", intake.partner_id).output
    assert shown.startswith(f"{one['delivery_id']}  20")
    assert "  conversion.changed  waiting, " in shown
    sent = command(intake, *words, "redeliver", one["delivery_id"])
    assert (sent.exit_code, "on its way again" in sent.output) == (0, True)
    assert command(intake, *words, "redeliver", "msg_none").exit_code == 1


def test_pulls_and_rules_against_fraud_are_set_from_files(intake: Intake, tmp_path: Path) -> None:
    file = tmp_path / "pull.yaml"
    file.write_text("base_url: https://api.awin.com\nsettings: {publisher_id: '12345'}\n")
    pull = ("partners", "pull", "set", intake.partner_id, "awin_transactions", str(file))
    secret = command(intake, *pull)
    assert (secret.exit_code, "credentials: Needed for a new" in secret.output) == (1, True)
    file.write_text(
        f"{file.read_text()}credentials: {{token: secret}}\nsince: 2026-11-01T00:00:00Z"
    )
    done = command(intake, *pull)
    assert done.exit_code == 0, done.output
    assert "read up to 2026-11-01 00:00:00" in done.output
    file.write_text("kind: ip_list\nsettings: {ranges: [192.0.2.0/33]}\n")
    rule = ("partners", "fraud", "set", "listed", str(file))
    assert "settings.ranges.0: " in command(intake, *rule).output
    file.write_text("kind: ip_list\nsettings: {ranges: [192.0.2.0/24]}\n")
    kept = json.loads(command(intake, *rule, "--json").stdout)
    assert (kept["name"], kept["is_on"]) == ("listed", True)
    listed = command(intake, "partners", "fraud", "list").output
    assert "listed (ip_list)  on, ranges 192.0.2.0/24; set 20" in listed
