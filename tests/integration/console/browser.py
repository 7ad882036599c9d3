"""A clerk at his browser: signs in, fills forms in as they are shown, reads pages."""

import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.clock import SteppedClock

OPERATOR = {"Authorization": "Bearer operator"}
PASSWORD = "seven green tables"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Clerk:
    """One clerk with a browser of his own."""

    app: Flask
    clock: SteppedClock
    name: str
    password: str
    totp: pyotp.TOTP
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        # An address of his own: tries are counted by address too.
        self.client.environ_base["REMOTE_ADDR"] = (
            f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.1"
        )

    def code(self) -> str:
        """What his authenticator shows now."""
        return self.totp.at(self.clock())

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers={"Accept-Language": "en"}, **options)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's forms, the main one's last."""
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(self.get(path).text)}

    def post(
        self, path: str, *, hidden: dict[str, str] | None = None, **typed: str
    ) -> TestResponse:
        """Fill in the form of a page and send it; `hidden` sends the one that was shown before."""
        shown = self.hidden(path) if hidden is None else hidden
        return self.client.post(path, data=shown | typed, headers={"Accept-Language": "en"})

    def try_to_sign_in(self, path: str = "/sign-in", **typed: str) -> TestResponse:
        fields = {"name": self.name, "password": self.password, "code": self.code()}
        return self.post(path, **(fields | typed))

    def sign_in(self) -> "Clerk":
        """Sign in, and choose a password of his own the first time."""
        answer = self.try_to_sign_in()
        assert answer.status_code == 303, answer.text
        if self.get("/").location == "/password":
            answer = self.post("/password", old=self.password, password=PASSWORD, again=PASSWORD)
            assert answer.status_code == 303, answer.text
            self.password = PASSWORD
        return self


def clerk_of(app: Flask, clock: SteppedClock, role: str) -> Clerk:
    """Make a clerk as `cashback clerks add` does."""
    name = f"{role}-{secrets.token_hex(4)}"
    made = app.test_client().post(
        "/api/clerks", json={"name": name, "role": role}, headers=OPERATOR
    )
    assert made.status_code == 201, made.text
    told = made.get_json()
    return Clerk(app, clock, name, told["one_time_password"], pyotp.parse_uri(told["totp_uri"]))
