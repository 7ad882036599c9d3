"""The README is true: its commands are run as they stand there, against a stack that runs."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

REPOSITORY = Path(__file__).parents[2]


def test_its_postback_its_partner_its_store_and_its_network_are_accepted(
    stack: RunningStack,
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    script = "\necho\n".join(blocks)
    told = subprocess.run(
        ["bash", "-euc", script],
        cwd=REPOSITORY,
        env={**os.environ, "CASHBACK_STACK": str(stack.folder)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    before, _, file = told.stdout.partition("\n{\n")  # the one answer of several lines
    printed = list(filter(None, before.splitlines()))
    assert printed.pop(-3) == "OK"
    postback, partner, stores, network, receipts, bonuses = map(json.loads, printed)
    assert [one["verdict"] for one in json.loads("{" + file)["verdicts"]] == ["accepted"]
    assert postback["verdict"] == "accepted"
    assert partner["partner_id"] == "new-mall"
    assert partner["secret"].startswith("whsec_")
    assert stores["added"] == ["new-store"]
    assert network["is_built_in"] is False
    (receipt,) = receipts["data"]
    assert (receipt["verdict"], receipt["format"]) == ("accepted", "new-network")
    assert (bonuses["data"][0]["store_id"], bonuses["data"][0]["amount"]) == ("new-store", 54)
