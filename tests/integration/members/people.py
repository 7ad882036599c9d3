"""A person at the site, as tests see him: the service `account` asks for him, letters reach him."""

import itertools
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from services.members.captcha.challenges import work
from shared.identity import SESSION_COOKIE
from tests.integration.members.conftest import SERVICE, Desk, new_phone

PASSWORD = "Lilac-Kettle-42"
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
)
_ADDRESSES = itertools.count(1)
_LETTERS = text("""
SELECT message FROM event_log WHERE topic = 'letters'
ORDER BY transaction_id DESC, position DESC LIMIT :n
""")


def new_address() -> str:
    """An address that no other test uses: limits count by it."""
    return f"2001:db8:{secrets.randbelow(16**4):x}:{next(_ADDRESSES):x}::7"


def new_email() -> str:
    return f"lilac.{secrets.token_hex(5)}@example.org"


@dataclass
class Person:
    """Somebody with a phone, a mailbox and a browser; `mail`: what was written to him."""

    desk: Desk
    engine: Engine
    phone: str = field(default_factory=new_phone)
    email: str = field(default_factory=new_email)
    address: str = field(default_factory=new_address)

    def ask(self, method: str, path: str, sent: object = None) -> TestResponse:
        headers = {**SERVICE, "X-Visitor-Address": self.address}
        return self.desk.ask(method, path, key=headers, json=sent)

    def done(self, method: str, path: str, sent: object = None) -> dict[str, Any]:
        answer = self.ask(method, path, sent)
        assert answer.status_code in {200, 201, 202}, answer.text
        return dict(answer.get_json())

    def captcha(self) -> dict[str, str]:
        asked = self.done("POST", "/captchas", {"kind": "work"})
        return {
            "challenge": asked["challenge"],
            "answer": work(asked["challenge"], asked["difficulty_bits"]),
        }

    def begins(self, **more: object) -> TestResponse:
        sent = {"phone": self.phone, "captcha": self.captcha(), "language": "en"} | more
        return self.ask("POST", "/sign-ups", sent)

    def letters(self, to: str | None = None) -> list[dict[str, Any]]:
        """What was written to a number or mailbox of his, newest last, as it can be sent now."""
        with self.engine.connect() as connection:
            told = [json.loads(one)["data"] for one in connection.scalars(_LETTERS, {"n": 60})]
        mine = []
        for letter in reversed(told):
            answer = self.desk.ask("GET", f"/letters/{letter['letter_id']}", key=SERVICE)
            if answer.status_code == 200 and answer.get_json()["to"] == (to or self.phone):
                mine.append(letter | answer.get_json())
        return mine

    def code(self, to: str | None = None) -> str:
        return str(self.letters(to)[-1]["facts"]["code"])

    def joins(self, **more: object) -> dict[str, Any]:
        """The whole sign-up; answers the entry."""
        begun = self.begins(**more)
        assert begun.status_code == 201, begun.text
        path = f"/sign-ups/{begun.get_json()['sign_up_id']}"
        self.done("POST", f"{path}/phone-code", {"code": self.code()})
        self.done("PUT", f"{path}/email", {"email": self.email})
        self.done("POST", f"{path}/email-code", {"code": self.code(self.email)})
        self.done("PUT", f"{path}/password", {"password": PASSWORD})
        return self.done("POST", f"{path}/confirm", {"user_agent": CHROME, "is_remembered": True})

    def signs_in(self, password: str = PASSWORD, **more: object) -> TestResponse:
        sent = {"phone": self.phone, "password": password, "user_agent": CHROME} | more
        return self.ask("POST", "/sign-ins/password", sent)

    def wants_code(self) -> TestResponse:
        return self.ask("POST", "/sign-ins", {"phone": self.phone, "captcha": self.captcha()})

    def renews(self, entry: dict[str, Any]) -> TestResponse:
        path = f"/devices/{entry['device_id']}/session"
        return self.ask("POST", path, {"device_secret": entry["device_secret"]})

    def me(
        self, entry: dict[str, Any], method: str, path: str, sent: object = None
    ) -> TestResponse:
        """Ask for himself, with the session of an entry."""
        browser = self.desk.browser()
        browser.set_cookie(SESSION_COOKIE, entry["session"])
        headers = {"X-Visitor-Address": self.address}
        return browser.open(path, method=method, json=sent, headers=headers)
