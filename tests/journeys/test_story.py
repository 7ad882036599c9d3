"""The demo's story with its eight purchases and the run of the month, every expectation checked."""

import io

import pytest
from rich.console import Console

from deploy.demo import story
from deploy.demo.narrator import Narrator
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def test_the_story_holds(stack: RunningStack) -> None:
    narrator = Narrator(Console(file=io.StringIO()))
    story.tell(stack.system, narrator, members=stack.new_members(), month=stack.new_month())
    assert narrator.broken == []
    assert narrator.held > 25
