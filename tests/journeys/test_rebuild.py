"""After a story with returns and payouts, the books built again from events alone are the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.demo.narrator import Narrator
from deploy.local import settings
from tests.support.command_line import cashback, cashback_json
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def settled(stack: RunningStack, told: Narrator) -> RunningStack:
    """A story with returns and payouts happened, and nothing is on its way any more."""
    assert told.broken == []
    eventually(lambda: cashback_json(stack, "verify")["holds"], seconds=60)
    return stack


def test_a_rebuild_differs_in_nothing_and_one_point_changed_by_hand_is_found(
    settled: RunningStack, tmp_path: Path
) -> None:
    done = cashback_json(settled, "rebuild", "--service", "bonus_status", "--into", "twin")
    assert done["applied"] > 20
    found = cashback_json(settled, "compare", "twin")
    assert (found["differences"], found["members_moved_on"]) == ([], 0)
    assert found["members"] >= 3
    owner = _change_by_hand(settled, "accrued = accrued + 1")
    file = tmp_path / "differences.csv"
    wrong = cashback(settled, "compare", "twin", "--json", "--csv", str(file))
    assert wrong.returncode == 1
    (one,) = json.loads(wrong.stdout)["differences"]
    assert (one["owner"], one["name"], one["by"]) == (owner, "accrued", -1)
    assert file.read_text().splitlines()[1].startswith(owner)
    shown = cashback(settled, "compare", "twin")
    assert (shown.returncode, "accrued: -1 in all" in shown.stdout) == (1, True)
    _change_by_hand(settled, "accrued = accrued - 1")
    assert cashback(settled, "compare", "twin").returncode == 0
    assert cashback_json(settled, "verify")["holds"]


def test_by_other_rules_it_says_by_how_much(settled: RunningStack, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rates: {aliexpress: {others: 50%}}\n")
    done = cashback(settled, "rebuild", "--into", "dearer", "--rules", str(rules))
    assert done.returncode == 0, done.stderr
    found = cashback_json(settled, "compare", "dearer", "--by-how-much")
    assert found["members_that_differ"] >= 1
    assert sum(found["totals"].values()) > 0
    again = cashback(settled, "rebuild", "--into", "dearer")
    assert (again.returncode, "other rules" in again.stderr) == (1, True)
    rules.write_text("rates: {aliexpress: {others: 500%}}\n")
    wrong = cashback(settled, "rebuild", "--into", "dearer", "--again", "--rules", str(rules))
    assert (wrong.returncode, "rates.aliexpress.others" in wrong.stderr) == (1, True)


def test_what_is_live_is_never_written_into(settled: RunningStack) -> None:
    for schema in ("bonus_status", "payout"):
        refused = cashback(settled, "rebuild", "--into", schema, "--again")
        assert (refused.returncode, "is no rebuild" in refused.stderr) == (1, True)
    assert cashback(settled, "rebuild", "--into", "Again; DROP").returncode == 1
    assert cashback(settled, "compare", "nowhere").returncode == 1
    assert cashback(settled, "rebuild").returncode == 2


def test_killed_halfway_it_goes_on(settled: RunningStack) -> None:
    words = "from deploy.cli import main; main()"
    command = [sys.executable, "-c", words, "rebuild", "--into", "killed", "--json"]
    environment = {**os.environ, "CASHBACK_STACK": str(settled.folder)}
    killed = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
    )
    eventually(lambda: _has_begun(settled, "killed"), seconds=60)
    os.killpg(killed.pid, 9)
    killed.communicate()
    assert cashback(settled, "rebuild", "--into", "killed").returncode == 0
    assert cashback_json(settled, "compare", "killed")["differences"] == []


def _has_begun(stack: RunningStack, schema: str) -> bool:
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'rebuilt_said'"
    with psycopg.connect(stack.system.auditor_dsn) as auditor:
        row = auditor.execute(query, [schema]).fetchone()
    return row is not None and row[0] > 0


def _change_by_hand(stack: RunningStack, change: str) -> str:
    """Change the account of one member without debt, always the same one; answer whose."""
    known = settings.load(stack.folder)
    assert known is not None
    query = f"""
        UPDATE accounts SET {change} WHERE member_id = (
            SELECT member_id FROM accounts WHERE debt = 0 AND accrued > 0 ORDER BY 1 LIMIT 1)
        RETURNING member_id::text
    """
    with psycopg.connect(known.dsn("bonus_status")) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])
