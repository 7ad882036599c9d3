"""Salons with a key each, and certificates to bring there."""

from itertools import count
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.payout.api.app import build, in_front
from services.payout.certificates.codes import CodeBook
from services.payout.certificates.issuing import issue_reserved
from services.payout.config import Settings
from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.store import certificates
from services.payout.store.certificates import Issued
from services.payout.tills.counter import Counter
from tests.integration.payout.callers import CLERK, sign_in
from tests.integration.payout.world import World
from tests.support.databases import address_of
from tests.support.in_loop import Loop

_receipts = count(1)


class Salons:
    """Two salons of a world, and the operator's clerk."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world = world
        self.counter = Counter(address_of(world.engine))
        self.app = build(settings, world.engine, world.clock)
        lane = in_front(self.app, settings, self.counter, world.clock)
        self._loop = Loop()
        self.app.wsgi_app = self._loop.as_wsgi(lane)  # type: ignore[method-assign]
        self.client: FlaskClient = self.app.test_client()
        self._book = CodeBook(settings.certificate_keys)
        self.here, self.there = self.opened("centre"), self.opened("north")

    def close(self) -> None:
        """End the event loop and what is connected there."""
        self._loop.run(self.counter.close())
        self._loop.close()

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
        return self.opened_code(self.issued(denomination))

    def codes(self, count: int, denomination: int = 2000) -> list[str]:
        """So many codes of one run's certificates."""
        wish = Wish(Kind.CERTIFICATE, target=denomination)
        payouts = self.world.reserved_at_once(count, wish, points=denomination)
        with self.world.engine.begin() as connection:
            assert issue_reserved(connection, self._book, self.world.clock()) == count
            issued = [certificates.of_member(connection, one.member_id)[0] for one in payouts]
        return [self.opened_code(one) for one in issued]

    def issued(self, denomination: int = 2000) -> Issued:
        """A certificate that a run issued."""
        wish = Wish(Kind.CERTIFICATE, target=denomination)
        payout = self.world.reserved(wish, points=denomination)
        with self.world.engine.begin() as connection:
            assert issue_reserved(connection, self._book, self.world.clock()) == 1
            [issued] = certificates.of_member(connection, payout.member_id)
        return issued

    def opened_code(self, issued: Issued) -> str:
        return self._book.open(issued.certificate_id, issued.code_sealed)

    def found(self, certificate_id: UUID) -> Issued:
        with self.world.engine.connect() as connection:
            return certificates.find(connection, certificate_id)

    def member(self, member_id: UUID) -> FlaskClient:
        """A member's own browser."""
        browser = self.app.test_client()
        sign_in(browser, member_id, self.world.clock)
        return browser

    def act(self, issued: Issued, what: str, **how: str) -> TestResponse:
        """What a clerk does with a certificate: `reissue` or `void`."""
        sent = {"clerk": "anna", "reason": "the phone was lost"} | how
        path = f"/certificates/{issued.certificate_id}/{what}"
        return self.app.test_client().post(path, json=sent, headers=CLERK)

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
