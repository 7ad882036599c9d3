"""A partner of the programme: makes clicks, signs postbacks, reads receipts; and the clerk."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from services.partner_postback.store import stores
from services.partner_postback.store.stores import NamedCategories, StoreRow
from shared.schemas import rfc3339
from shared.sealed import Sealer
from tests.integration.partner_postback.signing import signed_headers
from tests.support.clock import SteppedClock

CLICK_KEY = bytes(range(32))
OPERATOR_KEY = "operator-key-of-tests"
SERVICE_KEY = "service-key-of-tests"
MEMBER = UUID("4a051996-378b-4a19-95b9-23de43c27a93")
CLERK = {"Authorization": f"Bearer {OPERATOR_KEY}"}


def make_click(clicked_at: datetime, *, store: int, member: UUID = MEMBER) -> str:
    milliseconds = int(clicked_at.timestamp() * 1000)
    plain = member.bytes + milliseconds.to_bytes(6, "big") + store.to_bytes(4, "big")
    return Sealer([CLICK_KEY]).seal(plain + secrets.token_bytes(6), b"click")


@dataclass
class Partner:
    """One partner and what it keeps: its key and its signing secret."""

    client: FlaskClient
    clock: SteppedClock
    store_number: int
    partner_id: str
    key: str
    secret: str

    def click(self, member: UUID = MEMBER, **ago: float) -> str:
        """The id of a click on this test's store some time ago."""
        return make_click(self.clock() - timedelta(**ago), store=self.store_number, member=member)

    def report(self, **changes: Any) -> dict[str, Any]:
        """A complete report of a purchase made a minute ago, after a fresh click."""
        now = self.clock()
        return {
            "order_id": f"A-{uuid4()}",
            "line_id": "1",
            "action": "sale",
            "click_id": self.click(hours=1),
            "status": "reported",
            "amount": {"amount_minor": 109_900, "currency": "RUB"},
            "category": None,
            "ordered_at": rfc3339(now - timedelta(minutes=1)),
            "status_at": rfc3339(now - timedelta(minutes=1)),
            "reason": None,
            **changes,
        }

    def later(self, report: dict[str, Any], status: str, **changes: Any) -> dict[str, Any]:
        """A message about a reported line that says no more than is new."""
        keys = {name: report[name] for name in ("order_id", "line_id", "action")}
        return {**keys, "status": status, "status_at": rfc3339(self.clock()), **changes}

    def send(self, body: object, *, webhook_id: str = "", **headers: str) -> TestResponse:
        raw, signed = signed_headers(self.secret, self.clock, body, webhook_id)
        signed |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/postbacks/{self.partner_id}", data=raw, headers=signed)

    def read(self, path: str, **parameters: object) -> TestResponse:
        bearer = {"Authorization": f"Bearer {self.key}"}
        return self.client.get(path, headers=bearer, query_string=parameters)


# How to find what belongs to the partners of one test, in a database that tests share.
_OURS = {
    "receipts": "partner_id LIKE :ours",
    "held": "partner_id LIKE :ours",
    "conversions": "partner_id LIKE :ours",
    "messages": "receipt_id IN (SELECT receipt_id FROM receipts WHERE partner_id LIKE :ours)",
    "event_log": "key LIKE :ours || ':%'",
}


@dataclass
class Desk:
    """The clerk of one test, with a look into the database."""

    client: FlaskClient
    engine: Engine
    clock: SteppedClock
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = field(default_factory=lambda: secrets.randbelow(2**31) + 1)

    def partner(self, name: str = "global-mall", **profile: Any) -> Partner:
        """A partner that may send in every format."""
        partner_id = self.id_of(name)
        sent = {"name": name, "formats": ["signed", "form", "admitad", "awin"], **profile}
        answer = self.client.put(f"/partners/{partner_id}", json=sent, headers=CLERK)
        assert answer.status_code == 201, answer.json
        given = answer.json
        assert given is not None
        key, secret = given["key"], given["secret"]
        return Partner(self.client, self.clock, self.number, partner_id, key, secret)

    def id_of(self, name: str) -> str:
        """The id of a partner in this test."""
        return f"{name}-{self.tag}"

    @property
    def store_id(self) -> str:
        return f"store-{self.number}"

    def store(
        self,
        partner: str = "global-mall",
        days: int = 30,
        terms: Sequence[NamedCategories] = (),
        **more: Any,
    ) -> None:
        """The store of this test, as the topic tells it."""
        row = StoreRow(self.store_id, self.number, self.id_of(partner), days, **more)
        with self.engine.begin() as connection:
            stores.put(connection, {row: terms}, self.clock())

    def rate(self, currency: str, rate_micro: int) -> TestResponse:
        sent = {"rate_micro": rate_micro}
        return self.client.put(f"/rates/{currency}", json=sent, headers=CLERK)

    def count(self, table: str, where: str = "true") -> int:
        query = f"SELECT count(*) FROM {table} WHERE {_OURS[table]} AND {where}"
        with self.engine.connect() as connection:
            return int(connection.scalar(text(query), {"ours": f"%-{self.tag}"}) or 0)

    def events(self) -> list[dict[str, Any]]:
        """What was said of this test's partners, in order."""
        query = f"SELECT message FROM event_log WHERE {_OURS['event_log']} ORDER BY position"
        with self.engine.connect() as connection:
            rows = connection.scalars(text(query), {"ours": f"%-{self.tag}"})
            return [json.loads(row) for row in rows]
