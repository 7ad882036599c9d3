"""The HTTP side of the desk: members signed in, clerks with their key."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from services.bonus_status.api.app import create_app
from shared.identity import SESSION_COOKIE, Access, Sessions
from tests.integration.bonus_status.desk import Desk

CLERK = {"Authorization": "Bearer operator"}
PARTNER = {"Authorization": "Bearer somebody-else"}
_KEY = bytes(32)


def client_of(desk: Desk) -> FlaskClient:
    """A client of the service at a desk."""
    access = Access("operator", "service", Sessions([_KEY]), desk.clock)
    return create_app(desk.engine, access, desk.clock).test_client()


def sign_in(desk: Desk, client: FlaskClient, member_id: str) -> FlaskClient:
    """Sign a member in."""
    ends = desk.clock() + timedelta(days=1)
    client.set_cookie(SESSION_COOKIE, Sessions([_KEY]).seal(UUID(member_id), ends))
    return client


def asked(client: FlaskClient, path: str) -> dict[str, Any]:
    """Answer what a route answers."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())
