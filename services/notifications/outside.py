"""Calls that a message needs: the phone from members, the code from payout, the SMS to the gateway.

What comes back is used for one message and kept nowhere. A call that fails in passing raises
`TryLater`; one that can never succeed raises `CannotBeSent`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import requests
import structlog

from shared.http_client import CallFailed, HttpClient

log = structlog.get_logger()
_NOT_FOUND, _CONFLICT, _GONE = 404, 409, 410
# The other side refuses the caller or the moment, not the message.
_PASSING = {401, 403, 408, 425, 429}


class TryLater(Exception):
    """The call failed in passing."""


class CannotBeSent(Exception):
    """No later attempt would end otherwise."""


class Outside:
    """The three servers that a message needs."""

    def __init__(self, members: HttpClient, payout: HttpClient, gateway: HttpClient) -> None:
        """Take a client of each."""
        self._members = members
        self._payout = payout
        self._gateway = gateway

    def phone_of(self, member_id: UUID) -> str:
        """Answer a member's phone; raises TryLater, CannotBeSent."""
        return str(_read(self._members, f"/members/{member_id}/contact", "the member")["phone"])

    def certificate(self, certificate_id: str) -> Mapping[str, str | int]:
        """Answer a certificate's code and denomination; raises TryLater, CannotBeSent."""
        path = f"/certificates/{certificate_id}/code"
        told = _read(self._payout, path, "the certificate")
        return {"code": str(told["code"]), "denomination": int(told["denomination"])}

    def send_sms(self, message_id: UUID, phone: str, words: str) -> None:
        """Hand an SMS over, once per message however often this is called.

        Raises TryLater (the answer may only be lost: the message's id keeps the second attempt
        from becoming a second SMS) and CannotBeSent.
        """
        try:
            answer = self._gateway.post(
                "/messages",
                json={"channel": "sms", "to": phone, "text": words},
                headers={"Idempotency-Key": str(message_id)},
                repeatable=True,
            )
        except CallFailed as fault:
            raise TryLater(_named("the gateway", fault)) from None
        if answer.status_code == _CONFLICT:
            # An earlier attempt, with other words, did arrive: the member has been told.
            log.warning("message.was_sent_in_other_words", message_id=str(message_id))
            return
        _check(answer, "the gateway")


def _read(client: HttpClient, path: str, what: str) -> dict[str, Any]:
    try:
        answer = client.get(path)
    except CallFailed as fault:
        raise TryLater(_named(what, fault)) from None
    if answer.status_code in {_NOT_FOUND, _GONE}:
        message = f"{what} is not there any more"
        raise CannotBeSent(message)
    _check(answer, what)
    found: dict[str, Any] = answer.json()
    return found


def _check(answer: requests.Response, what: str) -> None:
    if answer.ok:
        return
    message = f"{what}: answered {answer.status_code}"
    raise TryLater(message) if answer.status_code in _PASSING else CannotBeSent(message)


def _named(what: str, fault: Exception) -> str:
    # The kind alone: the text of a fault may carry an address with a phone in it.
    return f"{what}: {type(fault).__name__}"
