"""Kafka is away: members go on clicking, and when it comes back every click arrives."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy import topics
from deploy.local import process
from tests.integration.click_tracking.running import ClickTracking, Said, make_store
from tests.support.broker import Broker
from tests.support.waiting import eventually

STORE = "aliexpress"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    started = Broker(tmp_path)
    topics.create(started.bootstrap)
    yield started
    started.kill()


@pytest.fixture
def service(broker: Broker, tmp_path: Path) -> Iterator[ClickTracking]:
    tracking = ClickTracking(tmp_path, broker.bootstrap)
    yield tracking
    tracking.stop()


def test_clicks_go_on_without_kafka_and_arrive_when_it_is_back(
    service: ClickTracking, broker: Broker
) -> None:
    """INVARIANT: no other server is needed to answer a click, not even at a start."""
    web = service.start("web")
    service.start("ship")
    service.says(make_store(STORE))
    eventually(lambda: service.get(f"/go/{STORE}").status_code == 302)
    broker.kill()
    made = [service.click(STORE) for _ in range(50)]
    process.kill(web)
    service.start("web")
    assert service.get("/readyz").json() == {"stores": "ready", "journal": "ready"}
    made += [service.click(STORE) for _ in range(50)]
    eventually(lambda: service.metric(service.monitor_port, "click_journal_lag_seconds") > 0)
    broker.start()
    with closing(Said(broker.bootstrap, from_beginning=True)) as said:
        eventually(lambda: not said.missing(made), seconds=60)
    service.says(make_store(STORE, version=2, status="paused"))
    eventually(lambda: service.get(f"/go/{STORE}").status_code == 409, seconds=30)


def test_a_web_process_without_stores_says_that_it_is_not_ready(tmp_path: Path) -> None:
    lonely = ClickTracking(tmp_path, "127.0.0.1:1")
    lonely.start("web")
    answer = lonely.get("/readyz")
    lonely.stop()
    assert (answer.status_code, answer.json()["journal"]) == (503, "ready")
