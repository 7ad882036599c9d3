"""The demo's story, told once a session: journeys look at what it left behind."""

import io

import pytest
from rich.console import Console

from deploy.demo import story
from deploy.demo.narrator import Narrator
from tests.support.stack import RunningStack


@pytest.fixture(scope="session")
def told(stack: RunningStack) -> Narrator:
    """Tell it with members and a month of its own; answer who told it."""
    narrator = Narrator(Console(file=io.StringIO()))
    story.tell(stack.system, narrator, members=stack.new_members(), month=stack.new_month())
    return narrator
