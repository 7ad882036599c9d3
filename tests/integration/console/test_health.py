"""Health tells apart who does not run, who runs and says nothing, and who is well."""

import socket
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from services.console import neighbours as asking
from tests.integration.console.browser import clerk_of
from tests.support.clock import SteppedClock


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of somebody who takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_service_that_hangs_is_not_called_away(
    opened: Callable[..., Flask],
    neighbours: dict[str, str],
    clock: SteppedClock,
    silent: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "_READY_SECONDS", 1.0)
    console = opened(urls=neighbours | {"payout": silent})
    page = clerk_of(console, clock, "viewer").sign_in().get("/health").text
    told = {
        part.partition("</h2>")[0]: part.partition("</li>")[0]
        for part in page.split('<li class="panel"><h2>')[1:]
    }
    assert "It runs, but did not say in 1 s" in told["payout"]
    assert "Nothing listens at its address" in told["catalog"]
    assert "answers" in told["members"]
