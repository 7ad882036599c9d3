"""The same messages through the real services end in the same conversions and the same bonuses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain.algebra import Basis, Message, Says
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from shared.schemas import rfc3339
from tests.integration.bonus_status.desk import Desk as BonusDesk
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner, make_click
from tests.unit.partner_postback.messages import ORDERED_AT
from tests.unit.partner_postback.whole_orders import CLICK, OTHER, orders

FIELDS = (
    "order_id", "line_id", "action", "status", "status_at", "click_id", "amount", "change",
    "currency", "ordered_at", "category", "reason", "event_id", "lines",
)  # fmt: skip
# A network that says whatever our messages can say.
PROFILE = {
    "about": "says anything",
    "fields": {name: [name] for name in FIELDS},
    "words": {one.value: one.value for one in Says},
    "moments": ["rfc3339"],
}
# How an order came to be what it is; two orders of one content have other ids and receipts.
OF_THE_WAY = {"conversion_id", "order_id", "receipt_id"}


@dataclass
class Services:
    """The intake with its retry, and bonus_status behind it."""

    desk: Desk
    partner: Partner
    bonuses: BonusDesk
    clicks: dict[str, str]
    numbers: Any

    def tell(self, message: Message, order_id: str) -> None:
        sent = {**_parameters(message, self.clicks), "order_id": order_id}
        sent["token"] = self.partner.key
        path = f"/postbacks/{self.partner.partner_id}/anything"
        answer = self.desk.client.get(path, query_string=sent)
        assert answer.status_code < 500, answer.json

    def retry(self) -> None:
        clicks = ClickIds([CLICK_KEY])
        started_at = self.desk.clock() - timedelta(days=1)
        directory = Directory(self.desk.engine)
        retry = HeldRetry(self.desk.engine, directory, clicks, self.desk.clock, started_at)
        while retry.retry_once():
            self.desk.clock.move(timedelta(seconds=1))

    def ends_in(self, order_id: str) -> list[dict[str, Any]]:
        """The last event of each line of an order; it is what the conversion is, and its bonus."""
        said = [one for one in self.desk.events() if one["data"]["order_id"] == order_id]
        for one in said:
            self.bonuses.hear(
                self.bonuses.event(
                    "conversions", "conversion.changed", one["data"], one["aggregate_id"]
                )
            )
        last = {one["aggregate_id"]: one["data"] for one in said}
        assert {key: _kept(self.desk, key, data) for key, data in last.items()} == last
        ends = [
            {name: value for name, value in data.items() if name not in OF_THE_WAY}
            | {"bonus": _bonus(self.bonuses, key)}
            for key, data in last.items()
        ]
        return sorted(ends, key=lambda one: (one["line_id"], one["action"]))


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: a retry takes everything that is held."""
    return fresh_engine("partner_postback")


@pytest.fixture
def services(desk: Desk, fresh_engine: Callable[[str], Engine]) -> Services:
    desk.store()
    desk.rate("EUR", 98_450_000)
    assert desk.client.put("/profiles/anything", json=PROFILE, headers=CLERK).status_code == 200
    partner = desk.partner(formats=["anything"])
    bonuses = BonusDesk(fresh_engine("bonus_status"), desk.clock)
    bonuses.store_id = desk.store_id
    bonuses.hear(bonuses.store())
    at = ORDERED_AT - timedelta(hours=1)
    clicks = {one: make_click(at, store=desk.number) for one in (CLICK, OTHER)}
    return Services(desk, partner, bonuses, clicks, count(1))


def _parameters(message: Message, clicks: dict[str, str]) -> dict[str, str]:
    said = {
        "line_id": message.line_id,
        "action": message.action,
        "status": message.says.value,
        "click_id": message.click_id and clicks.get(message.click_id, "cut"),
        "category": message.category,
        "reason": message.reason,
        "event_id": message.event_id,
        "lines": message.lines and str(message.lines),
        "status_at": message.status_at and rfc3339(message.status_at),
        "ordered_at": message.ordered_at and rfc3339(message.ordered_at),
        "amount": message.amount_text,
    }
    if message.amount is not None:
        sign = "-" if message.basis is Basis.LESS else ""
        name = "amount" if message.basis is Basis.TOTAL else "change"
        said[name] = f"{sign}{message.amount.amount_minor / 100:.2f}"
        said["currency"] = message.amount.currency
    return {name: value for name, value in said.items() if value}


def _can_be_said(message: Message) -> bool:
    """A network's change is a return when it is negative, and an amendment when it is not."""
    says, basis = message.says, message.basis
    if basis is Basis.TOTAL or message.amount is None:
        return True
    return says in ((Says.RETURNED, Says.DECLINED) if basis is Basis.LESS else (Says.AMENDED,))


def _kept(desk: Desk, conversion_id: str, said: dict[str, Any]) -> dict[str, Any]:
    """What the last event said of a conversion, as it is read now."""
    shown = desk.client.get(f"/conversions/{conversion_id}", headers=CLERK).json
    assert shown
    return {name: shown.get(name, value) for name, value in said.items()}


def _bonus(bonuses: BonusDesk, conversion_id: str) -> tuple[object, ...]:
    query = text("SELECT status, amount FROM bonuses WHERE conversion_id = :conversion_id")
    with bonuses.engine.connect() as connection:
        return tuple(connection.execute(query, {"conversion_id": conversion_id}).one())


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data(), orders())
def test_no_order_of_arrival_matters_to_conversions_and_bonuses(
    services: Services, data: st.DataObject, said: list[Message]
) -> None:
    """INVARIANT: repeats, loss and redelivery, with retries between or in the end alone."""
    said = [one for one in said if _can_be_said(one)]
    shuffled = data.draw(st.permutations(said))
    again = data.draw(st.lists(st.sampled_from(said), max_size=4)) if said else []
    eager = data.draw(st.booleans())
    straight, other = (f"A-{next(services.numbers)}" for _ in range(2))
    for message in said:
        services.tell(message, straight)
        services.retry()
    for message in [*again, *shuffled]:
        services.tell(message, other)
        if eager:
            services.retry()
    services.retry()
    assert services.ends_in(other) == services.ends_in(straight)
