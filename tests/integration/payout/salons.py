"""Salons with a key each, and certificates to bring there."""

from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.payout.api.app import build
from services.payout.certificates.codes import CodeBook
from services.payout.certificates.issuing import issue_reserved
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish
from tests.integration.payout.callers import CLERK
from tests.integration.payout.world import World

_receipts = count(1)


class Salons:
    """Two salons of a world, and the operator's clerk."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world = world
        self.app = build(settings, world.engine, world.clock)
        self.client: FlaskClient = self.app.test_client()
        self._book = CodeBook(settings.certificate_keys)
        self.here, self.there = self.opened("centre"), self.opened("north")

    def opened(self, salon_id: str, *, is_on: bool = True) -> dict[str, str]:
        """Open a salon; answers the headers of its till."""
        said = {"name": salon_id.title(), "is_on": is_on}
        assert self.client.put(f"/salons/{salon_id}", json=said, headers=CLERK).status_code == 204
        return self.new_key(salon_id)

    def new_key(self, salon_id: str) -> dict[str, str]:
        made = self.client.post(f"/salons/{salon_id}/keys", headers=CLERK)
        assert made.status_code == 201, made.text
        return {"Authorization": f"Bearer {made.get_json()['key']}"}

    def code(self, denomination: int = 2000) -> str:
        """A certificate's code, as its owner got it."""
        wish = Wish(Kind.CERTIFICATE, target=denomination)
        payout = self.world.reserved(wish, points=denomination)
        with self.world.engine.begin() as connection:
            assert issue_reserved(connection, self._book, self.world.clock()) == 1
            row = connection.execute(
                text("SELECT certificate_id, code_sealed FROM certificates WHERE payout_id = :id"),
                {"id": payout.payout_id},
            ).one()
        return self._book.open(*row)

    def check(self, code: str, price_minor: int = 150_000, **till: Any) -> TestResponse:
        sent = {"code": code, "price_minor": price_minor}
        return self.client.post("/till/check", json=sent, headers=till.get("till", self.here))

    def redeem(self, code: str, **how: Any) -> TestResponse:
        """Redeem at a till of ours, for a smartphone of 1 500 rubles, on a receipt of its own."""
        till = how.pop("till", self.here)
        sent = {"code": code, "receipt": f"R-{next(_receipts)}", "goods": "smartphone"}
        sent |= {"price_minor": 150_000} | how
        client = self.app.test_client()
        return client.post("/till/redemptions", json=sent, headers=till)

    def cancel(self, done: TestResponse, **till: Any) -> TestResponse:
        path = f"/till/redemptions/{done.get_json()['redemption_id']}/cancel"
        return self.client.post(path, headers=till.get("till", self.here))

    def owed(self) -> dict[str, int]:
        answer = self.client.get("/certificates/liability", headers=CLERK)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())
