"""The numbers that top-ups go to: members alone keeps them."""

from collections.abc import Collection, Mapping
from typing import Annotated
from uuid import UUID

import msgspec
import requests

from shared.http_client import HttpClient

Phone = Annotated[str, msgspec.Meta(min_length=1)]


class Contacts(msgspec.Struct, frozen=True):
    """Of members only what a top-up needs."""

    members: dict[UUID, Phone]


class NoUsableAnswer(Exception):
    """Members answered, but not with numbers."""


class Phones:
    """Asks the members service for numbers; each is used for one call and kept nowhere."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def of_members(self, member_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Answer the numbers of members, at most 200; who has none any more is missing.

        Raises CallFailed, NoUsableAnswer.
        """
        if not member_ids:
            return {}
        wanted = {"members": [str(one) for one in member_ids], "relatives": []}
        answer = self._client.post("/contacts", json=wanted, repeatable=True)
        if answer.status_code != requests.codes.ok:
            raise NoUsableAnswer(answer.status_code)
        try:
            return msgspec.json.decode(answer.content, type=Contacts).members
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoUsableAnswer from None
