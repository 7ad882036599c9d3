"""What clerks set up to be pulled: whole or refused by its field, and its secrets never shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from deploy import databases
from services.partner_postback.api.app import build
from services.partner_postback.config import Settings
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk
from tests.support.clock import SteppedClock
from tests.support.databases import PASSWORD
from tests.support.servers import Addresses

WISH = {
    "base_url": "https://api.awin.com",
    "settings": {"publisher_id": "45628"},
    "credentials": {"token": "t0p-secret"},
}


@pytest.fixture
def path(desk: Desk) -> str:
    return f"/pulls/{desk.partner().partner_id}/awin_transactions"


def put(desk: Desk, path: str, **changes: Any) -> TestResponse:
    return desk.client.put(path, json={**WISH, **changes}, headers=CLERK)


def said(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    return dict(answer.json)


def test_a_pull_is_set_up_read_changed_and_removed(desk: Desk, path: str) -> None:
    made = put(desk, path)
    assert made.status_code == 201
    shown = said(desk.client.get(path, headers=CLERK))
    assert shown == said(made)
    assert (shown["state"], shown["records"], shown["is_paused"]) == ("waiting", 0, False)
    assert shown["cursor"]["since"] == rfc3339(desk.clock() - timedelta(days=30))
    assert shown["next_at"] == rfc3339(desk.clock())
    changed = put(desk, path, every_seconds=600, credentials=None)
    assert (changed.status_code, said(changed)["every_seconds"]) == (200, 600)
    listed = said(desk.client.get("/pulls", headers=CLERK))["data"]
    assert [one for one in listed if one["pull_id"] == shown["pull_id"]] == [said(changed)]
    assert desk.client.delete(path, headers=CLERK).status_code == 204
    assert desk.client.get(path, headers=CLERK).status_code == 404
    assert desk.client.delete(path, headers=CLERK).status_code == 404


def test_credentials_are_never_shown(desk: Desk, path: str) -> None:
    answers = [put(desk, path), desk.client.get(path, headers=CLERK)]
    answers.append(desk.client.get("/pulls", headers=CLERK))
    answers.append(desk.client.post(f"{path}/run", headers=CLERK))
    assert all(b"t0p-secret" not in answer.data for answer in answers)


def test_the_auditor_reads_how_pulls_stand_but_no_credentials(
    desk: Desk, path: str, addresses: Addresses
) -> None:
    put(desk, path)
    name = desk.engine.url.database or ""
    auditor = databases.as_role(addresses.postgres_dsn, name, "auditor", PASSWORD)
    with psycopg.connect(auditor) as connection:
        pulls = connection.execute("SELECT count(*) FROM partner_postback.pulls").fetchone()
        kept = connection.execute("SELECT * FROM partner_postback.pull_credentials").fetchall()
    assert pulls
    assert pulls[0] >= 1
    assert kept == []


def test_only_clerks_see_pulls(desk: Desk, path: str) -> None:
    for method, where in (
        ("GET", "/pulls"), ("GET", path), ("PUT", path), ("DELETE", path),
        ("POST", f"{path}/run"), ("POST", f"{path}/pause"),
    ):  # fmt: skip
        assert desk.client.open(where, method=method, json={}).status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_url": "http://api.awin.com"}, "base_url"),
        ({"base_url": "https://us:ours@api.awin.com"}, "base_url"),
        ({"base_url": "https://api.awin.com?token=1"}, "base_url"),
        ({"base_url": "gopher://api.awin.com"}, "base_url"),
        ({"settings": {}}, "settings.publisher_id"),
        ({"settings": {"publisher_id": "1/../2"}}, "settings.publisher_id"),
        ({"settings": {"publisher_id": "1", "site": "2"}}, "settings.site"),
        ({"credentials": None}, "credentials"),
        ({"credentials": {}}, "credentials.token"),
        ({"credentials": {"token": "a\r\nHost: b"}}, "credentials.token"),
        ({"credentials": {"token": "т"}}, "credentials.token"),
        ({"credentials": {"token": "a", "user": "b"}}, "credentials.user"),
        ({"every_seconds": 59}, "every_seconds"),
        ({"overlap_seconds": -1}, "overlap_seconds"),
        ({"since": "2027-01-01T00:00:00Z"}, "since"),
        ({"cursor": {}}, "cursor"),
    ],
)
def test_what_cannot_be_pulled_is_refused_by_its_field(
    desk: Desk, path: str, changes: dict[str, Any], field: str
) -> None:
    answer = put(desk, path, **changes)
    assert (answer.status_code, said(answer)["code"]) == (422, "invalid_fields")
    assert said(answer)["errors"][0]["field"] == field
    assert desk.client.get(path, headers=CLERK).status_code == 404


def test_admitad_must_overlap_by_a_day(desk: Desk, path: str) -> None:
    where = path.replace("awin_transactions", "admitad_statistics")
    known = {"client_id": "us", "client_secret": "ours"}
    answer = put(desk, where, settings={}, credentials=known, overlap_seconds=3_600)
    assert said(answer)["errors"][0]["field"] == "overlap_seconds"
    assert put(desk, where, settings={}, credentials=known).status_code == 201


def test_another_server_needs_the_credentials_anew(desk: Desk, path: str) -> None:
    """INVARIANT: who may change an address must not learn the token that is sent there."""
    put(desk, path)
    elsewhere = put(desk, path, base_url="https://elsewhere.test", credentials=None)
    assert said(elsewhere)["errors"][0]["field"] == "credentials"
    same = put(desk, path, base_url="https://api.awin.com/v2", credentials=None)
    assert same.status_code == 200


@pytest.mark.parametrize("where", ["/pulls/nobody/awin_transactions", "/pulls/nobody/ftp"])
def test_unknown_partners_and_kinds_are_not_found(desk: Desk, where: str) -> None:
    assert put(desk, where).status_code == 404
    assert desk.client.post(f"{where}/run", headers=CLERK).status_code == 404


def test_a_pull_rests_until_it_is_run(desk: Desk, path: str) -> None:
    put(desk, path)
    assert said(desk.client.post(f"{path}/pause", headers=CLERK))["state"] == "paused"
    desk.clock.move(timedelta(hours=1))
    run = said(desk.client.post(f"{path}/run", headers=CLERK))
    assert (run["state"], run["next_at"]) == ("waiting", rfc3339(desk.clock()))


def test_a_clerk_may_have_a_time_read_again(desk: Desk, path: str) -> None:
    put(desk, path)
    again = rfc3339(desk.clock() - timedelta(days=60))
    assert said(put(desk, path, since=again))["cursor"]["goal"] == again
    assert said(put(desk, path))["cursor"]["goal"] == again


@pytest.fixture
def plain_desk(settings: Settings, engine: Engine, clock: SteppedClock) -> Iterator[Desk]:
    app = build(replace(settings, allows_plain_http=True), clock)
    with app.test_client() as client:
        yield Desk(client, engine, clock)
    app.extensions["engine"].dispose()


def test_plain_http_is_for_stand_ins_alone(plain_desk: Desk) -> None:
    path = f"/pulls/{plain_desk.partner().partner_id}/awin_transactions"
    assert put(plain_desk, path, base_url="http://127.0.0.1:8113/awin").status_code == 201
