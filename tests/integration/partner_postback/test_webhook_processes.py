"""Senders that die, share the work or come too late: a message is delivered at least once."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy import Engine

from services.partner_postback.store.access import webhooks
from services.partner_postback.store.access.webhooks import State, Tried
from services.partner_postback.work.webhooks import WebhookSender
from tests.integration.partner_postback.listening import PartnersServer, partners_server, waits_for
from tests.integration.partner_postback.partner import Desk
from tests.integration.partner_postback.running import Intake
from tests.integration.partner_postback.telling import deliveries, listen, sender
from tests.integration.partner_postback.test_processes import report
from tests.support.waiting import eventually


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a sender takes whatever waits."""
    return fresh_engine("partner_postback")


@pytest.fixture
def server() -> Iterator[PartnersServer]:
    with partners_server() as running:
        yield running


def test_a_sender_killed_between_the_call_and_its_note_is_followed_by_another(
    tmp_path: Path, fresh_service_url: Callable[[str], str], server: PartnersServer
) -> None:
    """INVARIANT: what the partner may not have is sent again, under the same webhook-id."""
    intake = Intake(tmp_path, fresh_service_url("partner_postback"), "127.0.0.1:1")
    hang = threading.Event()
    server.behaves.append(waits_for(hang))
    try:
        intake.start("web")
        intake.sign_up()
        intake.know_store()
        secret = _listen(intake, server.url)
        intake.start("work")
        sent = intake.send(report(intake))
        assert sent.status_code == 200
        eventually(lambda: server.got, seconds=30)
        intake.kill("work")
        assert _rows(intake) == [("waiting", 1)]
        _let_the_lease_end(intake)
        intake.start("work")
        eventually(lambda: _rows(intake) == [("delivered", 2)], seconds=30)
    finally:
        hang.set()
        intake.stop()
    first, second = server.ids()
    assert first == second
    assert all(server.is_signed(secret, place) for place in (0, 1))
    assert {body["data"]["receipt_id"] for body in server.bodies()} == {sent.json()["receipt_id"]}


def _listen(intake: Intake, url: str) -> str:
    answer = requests.put(
        f"{intake.url}/partners/{intake.partner_id}/webhook",
        json={"url": url, "events": ["conversion.changed"]},
        headers={"Authorization": f"Bearer {intake.key}"},
        timeout=15,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


def _rows(intake: Intake) -> list[tuple[object, ...]]:
    with psycopg.connect(intake.database_url) as connection:
        return connection.execute("SELECT state, attempts FROM webhook_deliveries").fetchall()


def _let_the_lease_end(intake: Intake) -> None:
    """A minute passes."""
    with psycopg.connect(intake.database_url) as connection:
        connection.execute("UPDATE webhook_deliveries SET next_at = now()")


def test_a_slow_server_keeps_no_other_partner_waiting(desk: Desk, server: PartnersServer) -> None:
    """INVARIANT: of the threads of a sender one serves a partner, however much waits for it."""
    desk.store()
    slow, quick = desk.partner(), desk.partner("home-market", stores=[desk.store_id])
    hang = threading.Event()
    with partners_server() as hanging:
        hanging.behaves.append(waits_for(hang))
        listen(slow, hanging.url)
        listen(quick, server.url)
        for _ in range(5):
            slow.send(slow.report())
        for _ in range(3):
            desk.clock.move(timedelta(seconds=1))
            quick.send(quick.report())
        shared = sender(desk)
        stuck = threading.Thread(target=shared.work)
        stuck.start()
        try:
            eventually(lambda: hanging.got)
            assert [shared.work() for _ in range(4)] == [True, True, True, False]
            assert (len(server.got), len(hanging.got)) == (3, 1)
        finally:
            hang.set()
            stuck.join()
    assert {one["state"] for one in deliveries(quick)} == {"delivered"}


def test_two_senders_never_send_one_message_at_once(desk: Desk, server: PartnersServer) -> None:
    desk.store()
    partner = desk.partner()
    listen(partner, server.url)
    for _ in range(40):
        partner.send(partner.report())
    threads = [threading.Thread(target=_send_all, args=[sender(desk)]) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(server.ids()) == len(set(server.ids())) == 40
    assert desk_states(desk) == {"delivered": 40}


def _send_all(one: WebhookSender) -> None:
    while one.work():
        pass


def desk_states(desk: Desk) -> dict[str, int]:
    query = "SELECT state, count(*) FROM webhook_deliveries GROUP BY state"
    with desk.engine.connect() as connection:
        return {str(state): int(count) for state, count in connection.exec_driver_sql(query)}


def test_who_was_slower_than_its_lease_has_nothing_to_say(
    desk: Desk, server: PartnersServer
) -> None:
    """INVARIANT: a late failure must not wipe out that the message has been delivered since."""
    desk.store()
    partner = desk.partner()
    listen(partner, server.url)
    partner.send(partner.report())
    with desk.engine.begin() as connection:
        late = webhooks.claim(connection, partner.partner_id, desk.clock(), timedelta(seconds=60))
    assert late is not None
    assert not sender(desk).work()
    desk.clock.move(timedelta(seconds=61))
    assert sender(desk).work()
    with desk.engine.begin() as connection:
        failed = Tried(State.WAITING, desk.clock() + timedelta(hours=2), None, "too late")
        webhooks.note(connection, late, failed, desk.clock())
    [kept] = deliveries(partner)
    assert (kept["state"], kept["last_error"]) == ("delivered", None)


def test_what_is_not_committed_is_told_nobody(desk: Desk, server: PartnersServer) -> None:
    """INVARIANT: a message to the partner and the change it tells of are one commit."""
    desk.store()
    partner = desk.partner()
    listen(partner, server.url)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE 'no'; END $$; "
            "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON webhook_deliveries "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    assert partner.send(partner.report()).status_code == 500
    assert desk_states(desk) == {}
    assert desk.count("conversions") == 0
