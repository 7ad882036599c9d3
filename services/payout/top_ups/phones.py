"""The number that a top-up goes to: members alone keeps it."""

from typing import Annotated
from uuid import UUID

import msgspec
import requests

from shared.http_client import HttpClient

_Phone = Annotated[str, msgspec.Meta(min_length=1)]


class Contacts(msgspec.Struct, frozen=True):
    """Numbers by id; whoever has none to be topped up is missing."""

    members: dict[UUID, _Phone]
    relatives: dict[UUID, _Phone]


class NoUsableAnswer(Exception):
    """Members answered, but not with numbers."""


class Phones:
    """Asks the members service for a number; it is used for one call and kept nowhere."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def phone_of(self, member_id: UUID, relative_id: UUID | None) -> str | None:
        """Answer a relative's number, or without one the member's own; None when there is none.

        Raises CallFailed, NoUsableAnswer.
        """
        if relative_id is None:
            return self._ask(members=[str(member_id)]).members.get(member_id)
        return self._ask(relatives=[str(relative_id)]).relatives.get(relative_id)

    def _ask(self, **ids: list[str]) -> Contacts:
        answer = self._client.post("/contacts", json=ids, repeatable=True)
        if answer.status_code != requests.codes.ok:
            raise NoUsableAnswer(answer.status_code)
        try:
            return msgspec.json.decode(answer.content, type=Contacts)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoUsableAnswer from None
