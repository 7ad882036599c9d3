"""One stack for all journeys, and the demo's story told on it: they look at what it left behind."""

import io
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from rich.console import Console

from deploy.demo import story
from deploy.demo.narrator import Narrator
from tests.support import session
from tests.support.stack import RunningStack, start_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole system, every process, on servers of its own; it ends with the last journey."""
    # Two would take the machine from each other: marks keep such tests to one worker.
    session.only_one("stack")
    with ExitStack() as cleanup:
        yield start_stack(tmp_path_factory.mktemp("stack"), cleanup)


@pytest.fixture(scope="package")
def told(stack: RunningStack) -> Narrator:
    """Tell it with members and a month of its own; answer who told it."""
    narrator = Narrator(Console(file=io.StringIO()))
    story.tell(stack.system, narrator, members=stack.new_members(), month=stack.new_month())
    return narrator
