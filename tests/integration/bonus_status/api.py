"""The HTTP side of the desk: members signed in, clerks with their key."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from services.bonus_status.api.app import create_app
from services.bonus_status.proof.making import Prover
from shared.identity import SESSION_COOKIE, Access, Sessions
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.proving import prover_of

CLERK = {"Authorization": "Bearer operator"}
PARTNER = {"Authorization": "Bearer somebody-else"}
_KEY = bytes(32)


def client_of(desk: Desk, prover: Prover | None = None) -> FlaskClient:
    """A client of the service at a desk; without a prover's neighbours none of them answers.

    Threads share one application (`client.application.test_client()`): Werkzeug parses code for
    each route, and Python 3.11's `ast.parse` fails now and then in two threads at once.
    """
    access = Access("operator", "service", Sessions([_KEY]), desk.clock)
    chosen = prover or prover_of(desk)
    return create_app(desk.engine, access, chosen, desk.clock).test_client()


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
