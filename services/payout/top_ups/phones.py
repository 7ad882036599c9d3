"""The numbers that top-ups go to: members alone keeps them."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import msgspec
import requests

from services.payout.store.payouts import Payout
from shared.http_client import HttpClient

Phone = Annotated[str, msgspec.Meta(min_length=1)]


class Contacts(msgspec.Struct, frozen=True):
    """Numbers by id; whoever has none to be topped up is missing."""

    members: dict[UUID, Phone]
    relatives: dict[UUID, Phone]


class NoUsableAnswer(Exception):
    """Members answered, but not with numbers."""


class Phones:
    """Asks the members service for numbers; each is used for one call and kept nowhere."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def of(self, payouts: Sequence[Payout]) -> Mapping[UUID, str]:
        """Answer the numbers that payouts, at most 200, go to, by their ids.

        A relative's, where the goal names one, else the member's own; who has none any more is
        missing. Raises CallFailed, NoUsableAnswer.
        """
        if not payouts:
            return {}
        told = self._ask(
            members={one.member_id for one in payouts if one.relative_id is None},
            relatives={one.relative_id for one in payouts if one.relative_id is not None},
        )
        numbers = {
            one.payout_id: told.members.get(one.member_id)
            if one.relative_id is None
            else told.relatives.get(one.relative_id)
            for one in payouts
        }
        return {payout_id: phone for payout_id, phone in numbers.items() if phone is not None}

    def _ask(self, **ids: set[UUID]) -> Contacts:
        wanted = {name: sorted(map(str, some)) for name, some in ids.items()}
        answer = self._client.post("/contacts", json=wanted, repeatable=True)
        if answer.status_code != requests.codes.ok:
            raise NoUsableAnswer(answer.status_code)
        try:
            return msgspec.json.decode(answer.content, type=Contacts)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoUsableAnswer from None
