"""A member with relatives, as tests see him: signed in, between the app and the operator."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from shared.identity import SESSION_COOKIE, Sessions
from tests.integration.members.conftest import CLERK, SERVICE, Desk, new_phone
from tests.support.clock import SteppedClock

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Household:
    """A signed-in member; `phone` is his own."""

    desk: Desk
    browser: FlaskClient
    member_id: str
    phone: str

    def name(self, phone: str | None = None, label: str = "mother") -> TestResponse:
        sent = {"phone": phone or new_phone(), "label": label}
        return self.browser.post("/me/relatives", json=sent)

    def asked(self, phone: str | None = None) -> dict[str, Any]:
        answer = self.name(phone)
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def consented(self, phone: str | None = None) -> dict[str, Any]:
        relative = self.asked(phone)
        answer = self.type_code(relative, self.code(relative))
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def type_code(self, relative: dict[str, Any], code: str) -> TestResponse:
        path = f"/me/relatives/{relative['relative_id']}/consent"
        return self.browser.post(path, json={"code": code})

    def ask_again(self, relative: dict[str, Any]) -> TestResponse:
        return self.browser.post(f"/me/relatives/{relative['relative_id']}/ask-again")

    def remove(self, relative: dict[str, Any]) -> TestResponse:
        return self.browser.delete(f"/me/relatives/{relative['relative_id']}")

    def listed(self) -> list[dict[str, Any]]:
        return list(self.browser.get("/me/relatives").get_json()["data"])

    def question(self, relative: dict[str, Any], number: int = 1) -> TestResponse:
        path = f"/relatives/{relative['relative_id']}/questions/{number}"
        return self.desk.ask("GET", path, key=SERVICE)

    def code(self, relative: dict[str, Any], number: int = 1) -> str:
        """The code that the relative got, as the SMS has it."""
        return str(self.question(relative, number).get_json()["code"])

    def contacts(self, *relatives: dict[str, Any]) -> dict[str, str]:
        ids = [one["relative_id"] for one in relatives]
        answer = self.desk.ask("POST", "/contacts", key=SERVICE, json={"relatives": ids})
        return dict(answer.get_json()["relatives"])

    def withdrawn_by_clerk(self, relative: dict[str, Any]) -> TestResponse:
        said = {"reason": "he called us", "clerk": "anna"}
        path = f"/relatives/{relative['relative_id']}/withdraw"
        return self.desk.ask("POST", path, key=CLERK, json=said)


def household(desk: Desk, clock: SteppedClock) -> Household:
    """Register a member and sign him in."""
    member = desk.register()
    browser = desk.browser()
    cookie = Sessions([b"k" * 32]).seal(UUID(member["member_id"]), clock() + timedelta(days=9))
    browser.set_cookie(SESSION_COOKIE, cookie)
    return Household(desk, browser, member["member_id"], member["phone"])


def wrong(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10**6:06d}"


def events_of(engine: Engine, relative: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said of a relative, in order."""
    query = text("SELECT message FROM event_log WHERE aggregate_id = :id ORDER BY version")
    with engine.connect() as connection:
        return [
            json.loads(one) for one in connection.scalars(query, {"id": relative["relative_id"]})
        ]


def problem(answer: TestResponse) -> tuple[int, str, str | None]:
    """The status, code and field of a refusal."""
    told = answer.get_json()
    fields = [one["field"] for one in told.get("errors", [])]
    return answer.status_code, told["code"], fields[0] if fields else None
