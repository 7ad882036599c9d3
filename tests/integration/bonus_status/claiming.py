"""What members and clerks do about claims at the desk, over HTTP."""

import itertools
import secrets
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.bonus_status.work.claims import DueClaims
from shared.schemas import rfc3339
from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses

_orders = itertools.count(1)
LATE = timedelta(days=46)  # the store promises 45


class Claims:
    """A member who was at the store an hour ago, and a clerk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client = client_of(desk)
        desk.hear(desk.store())
        desk.hear(desk.member("active"))
        self.sign_in(desk.member_id)

    def sign_in(self, member_id: str) -> FlaskClient:
        return sign_in(self.desk, self.client, member_id)

    def clicks(self, **ago: float) -> str:
        """Let the member go to the store some time ago."""
        click_id = secrets.token_urlsafe(48)
        at = self.desk.clock() - timedelta(**ago)
        data = {
            "click_id": click_id,
            "member_id": self.desk.member_id,
            "store_id": self.desk.store_id,
            "clicked_at": rfc3339(at),
            "deep_link": None,
            "repeat": False,
        }
        self.desk.hear(self.desk.event("clicks", "click.recorded", data, click_id, at))
        return click_id

    def order(self, **changes: Any) -> dict[str, Any]:
        """What the member says of an order of just now."""
        return {
            "store_id": self.desk.store_id,
            "order_id": f"{self.desk.store_id}-{next(_orders)}",
            "ordered_at": rfc3339(self.desk.clock()),
            "amount_minor": 109_900,
            **changes,
        }

    def reported(self, order: dict[str, Any], **changes: Any) -> str:
        """Let the store report the order; answers the bonus' id."""
        conversion_id = bonuses.new_id()
        said = {"order_id": order["order_id"], "ordered_at": order["ordered_at"]}
        self.desk.hear(self.desk.conversion(conversion_id, **(said | changes)))
        return conversion_id

    def later(self, step: timedelta = LATE) -> None:
        """Let the store's deadline pass."""
        self.desk.clock.move(step)
        self.sign_in(self.desk.member_id)

    def post(self, order: dict[str, Any]) -> TestResponse:
        return self.client.post("/me/claims", json=order)

    def opened(self) -> dict[str, Any]:
        """Let the member claim an order in time, upon a click."""
        self.clicks(hours=1)
        order = self.order()
        self.later()
        answer = self.post(order)
        assert answer.status_code == 201, answer.text
        return self.seen(answer.get_json()["claim_id"])

    def seen(self, claim_id: str) -> dict[str, Any]:
        """The claim as a clerk sees it."""
        answer = self.client.get(f"/claims/{claim_id}", headers=CLERK)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def mine(self, claim_id: str) -> TestResponse:
        return self.client.get(f"/me/claims/{claim_id}")

    def does(self, what: str, claim: dict[str, Any], **said: Any) -> TestResponse:
        """Let a clerk do something with the claim as it was seen."""
        body = {"version": claim["version"], "clerk": "anna", **said}
        return self.client.post(f"/claims/{claim['claim_id']}/{what}", json=body, headers=CLERK)

    def done(self, what: str, claim: dict[str, Any], **said: Any) -> dict[str, Any]:
        answer = self.does(what, claim, **said)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def answered(self, says: str = "confirmed", **said: Any) -> dict[str, Any]:
        """A claim that was sent and answered."""
        sent = self.done("send", self.opened())
        return self.done("answer", sent, partner_answer=says, **said)

    def works(self) -> None:
        """Let the job look until there is no more to do."""
        while DueClaims(self.desk.engine, self.desk.clock).work():
            pass

    def clerk(self, path: str) -> list[dict[str, Any]]:
        """A clerk's list, of this test's store."""
        answer = self.client.get(path, headers=CLERK)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["data"]
        return [one for one in found if one["store_id"] == self.desk.store_id]

    def said(self, claim_id: str) -> list[dict[str, Any]]:
        """What the service said of a claim, in order."""
        query = """
            SELECT (message::json) AS event FROM event_log
            WHERE topic = 'claims' AND aggregate_id = :bonus_id ORDER BY version
        """
        return [row["event"] for row in self.desk.rows(query, claim_id)]
