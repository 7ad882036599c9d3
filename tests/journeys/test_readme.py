"""The README is true: its postback is sent as it stands there, to a stack that runs."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

REPOSITORY = Path(__file__).parents[2]


def test_the_postback_of_the_readme_is_accepted(stack: RunningStack) -> None:
    [script] = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    told = subprocess.run(
        ["bash", "-euc", script],
        cwd=REPOSITORY,
        env={**os.environ, "CASHBACK_STACK": str(stack.folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["verdict"] == "accepted"
