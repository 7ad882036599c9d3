"""The services behind the website, in threads: the catalog's real API, and members' favourites."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from flask import Flask, Response, request
from sqlalchemy import Engine

from services.catalog import api
from services.catalog.config import Settings
from services.catalog.domain import Kept, Status
from services.catalog.shop_window.catalogue import Catalogue, Window, listed, moments
from shared.clock import Clock, utc_now
from shared.identity import SESSION_COOKIE, Access
from shared.web import create_app
from tests.integration.catalog.conftest import SHIPPED
from tests.unit.catalog.files import read


@dataclass
class Catalog:
    """The catalog's own API over the shipped stores, with no database behind it."""

    clock: Clock = utc_now
    asked: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    is_away: bool = False
    paused: set[str] = field(default_factory=set)
    revision: int = 1

    def begin(self, clock: Clock) -> None:
        """Be as at first, at that clock's time."""
        self.clock, self.asked, self.answered = clock, [], []
        self.is_away, self.paused, self.revision = False, set(), 1

    def app(self) -> Flask:
        """Build it."""
        window = cast("Window", self)
        settings = cast("Settings", _CatalogSettings())
        access = Access("operator", "service")
        blueprint = api.blueprint(settings, cast("Engine", None), window, access, self.now)
        app = create_app("catalog", title="Catalog", blueprints=[blueprint], refusals={}, ready={})

        @app.before_request
        def note() -> Response | None:
            self.asked.append(request.path)
            return Response(status=503) if self.is_away else None

        @app.after_request
        def count(answer: Response) -> Response:
            self.answered.append(answer.status_code)
            return answer

        return app

    def now(self) -> datetime:
        """Answer this test's time."""
        return self.clock()

    def look(self) -> Catalogue:
        """Stand in for the window that reads the database."""
        stores = dict(_SHIPPED.stores)
        for name in self.paused:
            kept = stores[name].kept
            store = replace(kept.store, status=Status.PAUSED)
            stores[name] = listed(Kept(store, kept.number, kept.version + 1))
        return Catalogue(self.revision, _SHIPPED.groups, stores, _SHIPPED.moments)


class _CatalogSettings:
    click_tracking_url = "http://clicks.test"


def _shipped() -> Catalogue:
    file = read(SHIPPED.read_bytes())
    stores = [listed(Kept(one.store, number, 1)) for number, one in enumerate(file.entries, 1)]
    by_id = {one.kept.store.store_id: one for one in stores}
    return Catalogue(1, tuple(file.groups), by_id, moments(stores))


_SHIPPED = _shipped()


@dataclass
class Members:
    """Members as the website asks it: favourites by session token."""

    favourites: dict[str, list[str]] = field(default_factory=dict)
    is_away: bool = False

    def app(self) -> Flask:
        """Build it."""
        app = Flask("members")

        @app.before_request
        def check() -> Response | None:
            if self.is_away:
                return Response(status=503)
            known = request.cookies.get(SESSION_COOKIE, "") in self.favourites
            return None if known else Response('{"code": "not_signed_in"}', status=401)

        @app.get("/me/favourites")
        def mine() -> dict[str, Any]:
            at = datetime(2026, 11, 1, tzinfo=UTC).isoformat()
            return {"data": [{"store_id": one, "at": at} for one in self._of()]}

        @app.put("/me/favourites/<store_id>")
        def add(store_id: str) -> Response:
            if len(self._of()) > 1:
                return Response('{"code": "too_many_favourites"}', status=409)
            self._of().append(store_id)
            return Response(status=204)

        @app.delete("/me/favourites/<store_id>")
        def remove(store_id: str) -> Response:
            self._of().remove(store_id)
            return Response(status=204)

        return app

    def sign_in(self) -> dict[str, str]:
        """Make a member; answers what the website keeps of one who is signed in."""
        token = uuid4().hex
        self.favourites[token] = []
        member = {"member_id": str(uuid4()), "device_id": "", "device_secret": ""}
        return member | {"token": token, "ends_at": "2036-01-01T00:00:00+00:00"}

    def _of(self) -> list[str]:
        return self.favourites[request.cookies[SESSION_COOKIE]]
