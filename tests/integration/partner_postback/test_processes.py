"""The real processes: what was answered survives a kill, and what waits comes through by itself."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psutil
import psycopg
import pytest
import requests

from deploy import topics
from services.partner_postback.formats.request import LARGEST_MESSAGE_BYTES
from shared.events import Envelope, open_envelope
from shared.kafka import KafkaConsumer, TopicPartition
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import make_click
from tests.integration.partner_postback.running import Intake
from tests.support.servers import Addresses
from tests.support.waiting import eventually


@pytest.fixture
def intake(
    tmp_path: Path, fresh_service_url: Callable[[str], str], kafka_bootstrap: str
) -> Iterator[Intake]:
    topics.create(kafka_bootstrap)
    running = Intake(tmp_path, fresh_service_url("partner_postback"), kafka_bootstrap)
    running.start("web")
    running.sign_up()
    yield running
    running.stop()


def report(intake: Intake) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "order_id": f"A-{uuid4()}",
        "line_id": "1",
        "action": "sale",
        "click_id": make_click(now - timedelta(hours=1), store=intake.store_number),
        "status": "reported",
        "amount": {"amount_minor": 109_900, "currency": "RUB"},
        "ordered_at": rfc3339(now - timedelta(minutes=1)),
        "status_at": rfc3339(now - timedelta(minutes=1)),
    }


def raw_answer(intake: Intake, request: bytes, *, ends: bool = False) -> bytes:
    """What the server says to bytes that no client would send; `ends`: no more of them come."""
    with socket.create_connection(("127.0.0.1", intake.ports["web"]), timeout=15) as connection:
        connection.sendall(request)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.read()


def test_bytes_that_no_client_sends_leave_a_receipt_or_are_no_request(intake: Intake) -> None:
    """INVARIANT: nothing that the server lets through keeps a receipt from being written."""
    for address, header in (
        (b"%00x=1", b"Accept: */*"),
        (b"x=1", b"User-Agent: \xff\xed\xa0\x80\t\xc3\xa9"),
        (b"x=1", b"Content-Type: \xff/\xed\xa0\x80"),
        (b"x=\xff\xc3\xa9", b"Accept: */*"),
    ):
        path = f"/postbacks/{intake.partner_id}/form?token={intake.key}&".encode() + address
        lines = (b"GET " + path + b" HTTP/1.1", b"Host: x", b"Connection: close", header, b"", b"")
        status = raw_answer(intake, b"\r\n".join(lines)).split(b" ")[1]
        assert status in {b"422", b"400"}, address + header


@pytest.mark.parametrize("framing", ["Content-Length: {length}", "Transfer-Encoding: chunked"])
def test_a_form_that_is_cut_is_no_message(intake: Intake, framing: str) -> None:
    """INVARIANT: of 1000.00 rubles, 100 would be left, and the smaller amount counts for ever."""
    intake.know_store()
    told = {**report(intake), "token": intake.key, "currency": "RUB"}
    form = urlencode({**told, "amount": "1000.00"}).encode()
    cut = form[: -len("0.00")]
    body = cut if "Length" in framing else b"%x\r\n%s\r\n" % (len(cut), cut)
    lines = (
        f"POST /postbacks/{intake.partner_id}/form HTTP/1.1",
        "Host: x",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        framing.format(length=len(form)),
    )
    head = "".join(f"{line}\r\n" for line in (*lines, "")).encode()
    status = raw_answer(intake, head + body, ends=True).split(b" ")[1]
    assert status in {b"400", b"411"}
    assert intake.orders() == []


def test_the_largest_messages_from_everywhere_at_once_take_no_memory(intake: Intake) -> None:
    """INVARIANT: 32 bodies of a megabyte, each read and written at once, took 1.7 GB."""
    server = psutil.Process(intake.running["web"].pid)
    url = f"{intake.url}/postbacks/{intake.partner_id}/form"
    headers = {
        "Authorization": f"Bearer {intake.key}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    long, many = (
        body[:LARGEST_MESSAGE_BYTES] for body in (b"reason=" + b"x" * 10**6, b"&a" * 10**6)
    )

    def send(body: bytes) -> int:
        return requests.post(url, data=body, headers=headers, timeout=30).status_code

    def memory() -> int:
        watched = [server, *server.children(recursive=True)]
        return sum(one.memory_info().rss for one in watched)

    with ThreadPoolExecutor(40) as senders:
        assert set(senders.map(send, [b"reason=x"] * 40)) == {422}
        before = memory()
        assert set(senders.map(send, [long, many] * 200)) == {422}
        assert send(long + b"x") == 413
    # Each thread's share of the allocator stays with it; what matters is that there is an end.
    assert memory() - before < 400 * 1024 * 1024, (before, memory())


class Listener:
    """Hears the conversions of one order from now on."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="latest"
        )
        places = [
            TopicPartition("conversions", one)
            for one in self._consumer.partitions_for_topic("conversions") or ()
        ]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        for place in places:
            self._consumer.position(place)

    def hear(self, key: str) -> Envelope | None:
        """Answer the next event of an order, None when there is none yet."""
        for records in self._consumer.poll(timeout_ms=200).values():
            for record in records:
                if record.key == key.encode():
                    return open_envelope(record.value)
        return None

    def close(self) -> None:
        self._consumer.close()


def test_a_held_report_comes_through_when_kafka_brings_its_store(
    intake: Intake, kafka_bootstrap: str
) -> None:
    """The whole way: HTTP, hold, the store by Kafka, release, relay, the event in Kafka."""
    listener = Listener(kafka_bootstrap)
    for role in ("consume", "work", "relay"):
        intake.start(role)
    body = report(intake)
    held = intake.send(body)
    assert (held.status_code, held.json()["code"]) == (202, "unknown_store")
    intake.open_store()

    def accepted() -> bool:
        return bool(intake.receipt(held.json()["receipt_id"])["verdict"] == "accepted")

    eventually(accepted, seconds=60)
    told = eventually(lambda: listener.hear(f"{intake.partner_id}:{body['order_id']}"), seconds=60)
    listener.close()
    assert (told.type, told.version) == ("conversion.changed", 1)
    assert intake.send(body).json()["verdict"] == "duplicate"


def test_no_answered_report_is_lost_and_none_counts_twice_when_the_web_process_is_killed(
    intake: Intake,
) -> None:
    """INVARIANT: an answer before the commit, or a repeat that makes a second conversion."""
    intake.know_store()
    reports = [report(intake) for _ in range(200)]
    answered: set[str] = set()
    some_answered = threading.Event()

    def send(body: dict[str, Any]) -> None:
        with suppress(requests.RequestException):
            if intake.send(body).status_code == 200:
                answered.add(body["order_id"])
                if len(answered) > 40:
                    some_answered.set()

    with ThreadPoolExecutor(16) as together:
        sending = [together.submit(send, body) for body in reports]
        assert some_answered.wait(60)
        intake.kill("web")
        for one in sending:
            one.result()
    kept = intake.orders()
    assert answered <= set(kept)
    assert len(kept) == len(set(kept))

    intake.start("web")
    with ThreadPoolExecutor(16) as together:
        list(together.map(send, reports))
    assert answered == {body["order_id"] for body in reports}
    assert sorted(intake.orders()) == sorted(answered)


def test_reports_are_taken_again_after_the_database_cut_every_connection(
    intake: Intake, addresses: Addresses
) -> None:
    intake.know_store()
    assert intake.send(report(intake)).status_code == 200
    name = intake.database_url.rpartition("/")[2]
    with psycopg.connect(addresses.postgres_dsn, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    body = report(intake)
    first = intake.send(body)
    assert first.status_code in {200, 503}
    eventually(lambda: intake.send(body).status_code == 200, seconds=30)
    assert intake.orders().count(body["order_id"]) == 1
