"""A paused store is told as paused; its button is off until it is resumed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.integration.catalog.conftest import OPERATOR
from tests.unit.catalog.files import STORE, changed, yaml_file


@pytest.fixture(autouse=True)
def imported(post_file: Callable[..., Any]) -> None:
    post_file(yaml_file())


def test_pausing_is_said_once_however_often_it_is_asked(
    client: FlaskClient, said: Callable[[], list[Any]]
) -> None:
    answers = [client.post("/api/stores/corner/pause", headers=OPERATOR) for _ in range(2)]
    expected = {"store_id": "corner", "status": "paused", "version": 2}
    assert [one.get_json() for one in answers] == [expected] * 2
    assert [(one.version, one.data["status"]) for one in said()] == [(1, "active"), (2, "paused")]


def test_its_button_is_off_until_it_is_resumed(client: FlaskClient) -> None:
    def told() -> tuple[str, str | None]:
        store = client.get("/api/stores/corner").get_json()
        return store["status"], store["go_url"]

    assert told() == ("active", "http://clicks.test/go/corner")
    client.post("/api/stores/corner/pause", headers=OPERATOR)
    assert told() == ("paused", None)
    client.post("/api/stores/corner/resume", headers=OPERATOR)
    assert told() == ("active", "http://clicks.test/go/corner")


def test_a_pause_outlives_an_import_that_says_nothing_of_it(
    client: FlaskClient, post_file: Callable[..., Any]
) -> None:
    client.post("/api/stores/corner/pause", headers=OPERATOR)
    assert post_file(yaml_file()).get_json()["unchanged"] == 1
    assert client.get("/api/stores/corner").get_json()["status"] == "paused"
    post_file(yaml_file(changed("group: retail", "status: active\n    group: retail")))
    assert client.get("/api/stores/corner").get_json()["status"] == "active"


def test_only_the_operator_changes_the_catalogue(
    client: FlaskClient, said: Callable[[], list[Any]]
) -> None:
    for path in ("/api/stores/corner/pause", "/api/stores/corner/resume", "/api/imports"):
        for headers in ({}, {"Authorization": "Bearer service-key"}):
            answer = client.post(path, data=STORE, headers=headers)
            assert (answer.status_code, answer.get_json()["code"]) == (401, "not_allowed")
    assert len(said()) == 1


def test_a_pause_leaves_what_the_store_pays_as_it_was_kept(
    client: FlaskClient, engine: Engine
) -> None:
    """A moment beyond the programme's years may still be kept: a pause does not touch it."""
    kept = "[2026-01-01, 9999-12-31 23:59Z)"
    with engine.begin() as connection:
        connection.execute(text("UPDATE terms SET validity = :kept"), {"kept": kept})
    assert client.post("/api/stores/corner/pause", headers=OPERATOR).status_code == 200
    with engine.begin() as connection:
        last = connection.scalar(text("SELECT upper(validity)::text FROM terms"))
    assert last == "9999-12-31 23:59:00+00"


@pytest.mark.parametrize("name", ["%00", "a%00", "%00corner", "%ff", "corner%0a"])
def test_a_name_that_cannot_be_kept_is_no_store(client: FlaskClient, name: str) -> None:
    for step in ("pause", "resume"):
        answer = client.post(f"/api/stores/{name}/{step}", headers=OPERATOR)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_unknown_store_cannot_be_paused(client: FlaskClient) -> None:
    answer = client.post("/api/stores/nowhere/pause", headers=OPERATOR)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_store")
