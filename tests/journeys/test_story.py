"""The demo's story with its eight purchases and the run of the month, every expectation checked."""

import pytest

from deploy.demo.narrator import Narrator

pytestmark = pytest.mark.xdist_group("stack")


def test_the_story_holds(told: Narrator) -> None:
    assert told.broken == []
    assert told.held > 25
