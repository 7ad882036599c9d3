"""What a service answers that nobody agreed to: refused if the request is at fault, else away."""

from collections.abc import Iterator

import pytest
from flask import Flask

from services.account.services import Refused, Service
from shared.http_client import CallFailed, HttpClient
from tests.support.serving import answering


@pytest.fixture(scope="module")
def strange() -> Iterator[Service]:
    app = Flask("strange")

    @app.get("/<int:status>/<what>")
    def answer(status: int, what: str) -> tuple[str, int]:
        return {"page": "<h1>a portal</h1>", "list": "[1]", "nothing": ""}[what], status

    with answering(app) as url:
        yield Service(HttpClient(url, tries=1))


@pytest.mark.parametrize("status", [414, 431])
def test_what_is_too_long_for_a_server_is_refused(strange: Service, status: int) -> None:
    """A server refuses such a request before the service sees it, without a problem."""
    with pytest.raises(Refused) as refused:
        strange.get(f"{status}/nothing")
    assert refused.value.status == status


@pytest.mark.parametrize("path", ["200/page", "404/page", "422/list"])
def test_an_answer_that_is_none_of_ours_is_no_answer(strange: Service, path: str) -> None:
    """INVARIANT: a portal's page between us and a service is an outage, and no fault of ours."""
    with pytest.raises(CallFailed):
        strange.get(path)
