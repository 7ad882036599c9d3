"""One click from the browser to Kafka, through the real processes."""

from uuid import uuid4

import pytest
import requests

from shared import contracts
from tests.integration.click_tracking.running import (
    ClickTracking,
    Said,
    click_id,
    data_of,
    make_store,
)
from tests.support.waiting import eventually

OPERATOR = {"Authorization": "Bearer operator"}
LONG_AGO = {"since": "2026-01-01T00:00:00Z"}


def test_a_click_becomes_an_event(standing: ClickTracking, said: Said) -> None:
    store_id, member = standing.open_store(), uuid4()
    page = f"/go/{store_id}?to=https%3A%2F%2Fshop.example%2Fitem"
    answer = standing.get(page, Cookie=standing.cookie(member))
    made = click_id(answer.headers["Location"])
    (event,) = eventually(lambda: said.of(made))
    contracts.check("click.recorded", data_of(event))
    assert (event.type, event.aggregate_id, event.version) == ("click.recorded", made, 1)
    assert data_of(event)["member_id"] == str(member)
    assert data_of(event)["store_id"] == store_id
    assert data_of(event)["deep_link"] == "https://shop.example/item"


def test_a_paused_store_takes_no_clicks_within_seconds(standing: ClickTracking) -> None:
    store_id = standing.open_store()
    standing.says(make_store(store_id, version=2, status="paused"))
    eventually(lambda: standing.get(f"/go/{store_id}").status_code == 409, seconds=30)
    standing.says(make_store(store_id, version=3))
    eventually(lambda: standing.get(f"/go/{store_id}").status_code == 302, seconds=30)


def test_a_clerk_has_clicks_sent_again_as_the_same_events(
    standing: ClickTracking, said: Said
) -> None:
    """All brokers lost their disks: the journal is the truth, and readers know each event."""
    made = standing.click(standing.open_store())
    eventually(lambda: said.of(made))
    url = f"{standing.url}/ops/events/republish"
    asked = requests.post(url, json=LONG_AGO, headers=OPERATOR, timeout=10)
    assert (asked.status_code, asked.json()["events"] >= 1) == (202, True)
    eventually(lambda: len(said.of(made)) == 2)
    first, second = said.of(made)
    assert first == second


@pytest.mark.parametrize("body", [{}, {"since": "yesterday"}, LONG_AGO | {"x": 1}], ids=str)
def test_a_clerk_who_asks_badly_is_told(standing: ClickTracking, body: dict[str, object]) -> None:
    url = f"{standing.url}/ops/events/republish"
    assert requests.post(url, json=body, headers=OPERATOR, timeout=5).status_code == 422
    assert requests.post(url, json=body, timeout=5).status_code == 401


def test_metrics_tell_clicks_and_lag(standing: ClickTracking, said: Said) -> None:
    store_id = standing.open_store()
    made = [standing.click(store_id) for _ in range(3)]
    assert standing.metric(standing.port, 'clicks_total{outcome="click"}') >= 3
    eventually(lambda: not said.missing(made))
    monitor = standing.monitor_port
    eventually(lambda: standing.metric(monitor, "click_journal_shipped_total") >= 3)
    eventually(lambda: standing.metric(monitor, "click_journal_unshipped_bytes") == 0)
    assert standing.metric(monitor, "click_journal_lag_seconds") == 0
