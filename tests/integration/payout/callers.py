"""Callers of payout's API, each with a right, and what they expect of a refusal."""

from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.identity import SESSION_COOKIE, Sessions
from tests.integration.payout.world import CLERK_KEY, SERVICE_KEY
from tests.support.clock import SteppedClock

CLERK = {"Authorization": f"Bearer {CLERK_KEY}"}
SERVICE = {"Authorization": f"Bearer {SERVICE_KEY}"}


def sign_in(client: FlaskClient, member_id: UUID, clock: SteppedClock) -> None:
    cookie = Sessions([b"k" * 32]).seal(member_id, clock() + timedelta(days=1))
    client.set_cookie(SESSION_COOKIE, cookie)


def assert_problem(answer: TestResponse, status: int, code: str, field: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["code"] == code
    if field is not None:
        assert field in [one["field"] for one in problem["errors"]]
