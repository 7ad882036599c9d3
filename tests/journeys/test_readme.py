"""The README is true: its commands are run as they stand there, against a stack that runs."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

REPOSITORY = Path(__file__).parents[2]


def test_its_postback_its_partner_its_store_and_its_network_are_accepted(
    stack: RunningStack,
) -> None:
    setting_up, answer, reading = _told(stack).partition("\nOK\n")
    assert answer
    postback, dry_run, partner, stores, network = _values(setting_up)
    reading, proven = re.split(r"\n\S*proof\.json: ", reading)
    receipts, bonuses, file, webhook, statement, spent, redeemed, *rebuilt = _values(reading)
    assert (spent["pays_minor"], spent["burns_minor"]) == (20050, 4950)
    assert "in salon salon-one" in reading
    assert redeemed["amount"] == 250
    assert [line for line in reading.splitlines() if line.startswith("PAPER-2026  used 1 of")]
    assert "decided by clerk-2" in reading
    assert [one["verdict"] for one in file["verdicts"]] == ["accepted"]
    assert postback["verdict"] == "accepted"
    assert (dry_run["verdict"], dry_run["receipt_id"]) == (
        "duplicate",
        postback["receipt_id"],
    )
    assert webhook["secret"].startswith("whsec_")
    assert partner["partner_id"] == "new-mall"
    assert partner["secret"].startswith("whsec_")
    assert stores["added"] == ["new-store"]
    assert network["is_built_in"] is False
    (receipt,) = receipts["data"]
    assert (receipt["verdict"], receipt["format"]) == ("accepted", "new-network")
    assert (bonuses["data"][0]["store_id"], bonuses["data"][0]["amount"]) == ("new-store", 54)
    assert statement["closing"] == (
        statement["opening"] + statement["earned"] + statement["corrected"] - statement["spent"]
    )
    whole, refused = proven.split("holds  file")[1], proven.split("BROKEN file")[1]
    changed, _, reconciled = refused.partition("\nrefused\n")
    assert "BROKEN" not in whole.partition("payouts")[0]
    assert "BROKEN computation" in changed
    assert "accepted: what the store reported" in reconciled
    assert "1 case opened, 0 explained." in reconciled
    assert "missing_here" in reconciled
    assert reconciled.rstrip().endswith("0 cases opened, 1 explained.")
    again, same, richer, by_how_much = rebuilt
    assert richer["applied"] >= again["applied"] > 0
    assert (same["differences"], by_how_much["members_that_differ"] > 0) == ([], True)


def _told(stack: RunningStack) -> str:
    """Run all commands of the README in their order, in one shell."""
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    told = subprocess.run(
        ["bash", "-euc", "\necho\n".join(blocks)],
        cwd=REPOSITORY,
        env={**os.environ, "CASHBACK_STACK": str(stack.folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def _values(printed: str) -> Iterator[Any]:
    """Read JSON values that stand one after another, or between lines for people."""
    decoder = json.JSONDecoder()
    while printed := printed.lstrip():
        if printed[0] not in "{[":
            printed = printed.partition("\n")[2]
            continue
        value, end = decoder.raw_decode(printed)
        yield value
        printed = printed[end:]
