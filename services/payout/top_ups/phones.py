"""The number that a top-up goes to: members alone keeps it."""

from typing import Annotated
from uuid import UUID

import msgspec
import requests

from shared.http_client import HttpClient

_NOT_FOUND = 404


class Contact(msgspec.Struct, frozen=True):
    """Of a member only what a top-up needs."""

    phone: Annotated[str, msgspec.Meta(min_length=1)]


class NoUsableAnswer(Exception):
    """Members answered, but not with a number."""


class Phones:
    """Asks the members service for a number; it is used for one call and kept nowhere."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def phone_of(self, member_id: UUID) -> str | None:
        """Answer a member's number, None when he has none any more.

        Raises CallFailed, NoUsableAnswer.
        """
        answer = self._client.get(f"/members/{member_id}/contact")
        if answer.status_code == _NOT_FOUND:
            return None
        if answer.status_code != requests.codes.ok:
            raise NoUsableAnswer(answer.status_code)
        try:
            return msgspec.json.decode(answer.content, type=Contact).phone
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoUsableAnswer from None
