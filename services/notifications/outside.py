"""Calls that a message needs: phones and letters from members, codes from payout, the gateway.

What comes back is used for one message and kept nowhere. A call that fails in passing, or is
answered by what nobody agreed to (a portal's page, a field missing), raises `TryLater`; one that
can never succeed raises `CannotBeSent`.
"""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import msgspec
import requests
import structlog

from services.notifications.ways.domain import Choice
from shared.http_client import CallFailed, HttpClient

log = structlog.get_logger()
_NOT_FOUND, _CONFLICT, _GONE = 404, 409, 410
# The other side refuses the caller or the moment, not the message.
_PASSING = {401, 403, 408, 425, 429}
_LOWEST_REFUSAL = 400
_SomeText = Annotated[str, msgspec.Meta(min_length=1)]
_HourAndMinute = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
T = TypeVar("T")


class TryLater(Exception):
    """The call failed in passing."""


class CannotBeSent(Exception):
    """No later attempt would end otherwise."""


class Channels(msgspec.Struct, frozen=True):
    """How a member wants one kind of news."""

    sms: bool
    email: bool
    site: bool


class Contact(msgspec.Struct, frozen=True):
    """Where a member is reached, and how he wants to be."""

    phone: _SomeText
    email: str | None = None
    is_email_proved: bool = False
    notices: dict[str, Channels] = {}
    quiet_from: _HourAndMinute | None = None
    quiet_until: _HourAndMinute | None = None

    @property
    def proved_email(self) -> str | None:
        """The e-mail, if it is certainly the member's."""
        return self.email if self.is_email_proved and self.email else None

    def choice(self, news: str) -> Choice:
        """Answer how he wants one kind of news."""
        wanted = self.notices.get(news)
        how = {} if wanted is None else msgspec.structs.asdict(wanted)
        return Choice(**how, quiet_from=_time(self.quiet_from), quiet_until=_time(self.quiet_until))


class Certificate(msgspec.Struct, frozen=True):
    """What of a certificate stands in its SMS."""

    code: _SomeText
    denomination: Annotated[int, msgspec.Meta(ge=1)]


class Question(msgspec.Struct, frozen=True):
    """What of a question to a relative stands in its SMS, and where it goes."""

    phone: _SomeText
    code: _SomeText
    asked_by: _SomeText


class Letter(msgspec.Struct, frozen=True):
    """Whom a letter of members goes to, and what stands in its text."""

    to: _SomeText
    facts: dict[str, str]


class Accepted(msgspec.Struct, frozen=True):
    """The gateway has the message."""

    status: Literal["accepted"]


class Delivery(msgspec.Struct, frozen=True):
    """What became of a message."""

    idempotency_key: UUID
    state: Literal["accepted", "delivered", "failed"]


class Deliveries(msgspec.Struct, frozen=True):
    """What became of some messages."""

    data: list[Delivery]


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finished message as the gateway takes it; only a mail has a subject."""

    channel: str
    to: str
    text: str
    subject: str | None = None


class Outside:
    """The three servers that a message needs."""

    def __init__(self, members: HttpClient, payout: HttpClient, gateway: HttpClient) -> None:
        """Take a client of each."""
        self._members = members
        self._payout = payout
        self._gateway = gateway

    def contact(self, member_id: UUID) -> Contact:
        """Answer how a member is reached; raises TryLater, CannotBeSent."""
        return _fetch(self._members, f"/members/{member_id}/contact", "the member", Contact)

    def certificate(self, certificate_id: str) -> Mapping[str, str | int]:
        """Answer a certificate's code and denomination; raises TryLater, CannotBeSent."""
        path = f"/certificates/{certificate_id}/code"
        told = _fetch(self._payout, path, "the certificate", Certificate)
        return {"code": told.code, "denomination": told.denomination}

    def question(self, relative_id: str, number: int) -> Question:
        """Answer a relative's number and his code; raises TryLater, CannotBeSent."""
        path = f"/relatives/{relative_id}/questions/{number}"
        return _fetch(self._members, path, "the question", Question)

    def letter(self, letter_id: str) -> Letter:
        """Answer what a letter needs to be sent; raises TryLater, CannotBeSent."""
        return _fetch(self._members, f"/letters/{letter_id}", "the letter", Letter)

    def send(self, message_id: UUID, text: Text) -> None:
        """Hand an SMS or an e-mail over, once per message however often this is called.

        Raises TryLater (the answer may only be lost: the message's id keeps the second attempt
        from becoming a second SMS) and CannotBeSent.
        """
        try:
            answer = self._gateway.post(
                "/messages",
                json=msgspec.to_builtins(text),
                headers={"Idempotency-Key": str(message_id)},
                repeatable=True,
            )
        except CallFailed as fault:
            raise TryLater(_named("the gateway", fault)) from None
        if answer.status_code == _CONFLICT:
            # An earlier attempt, with other words, did arrive: the member has been told.
            log.warning("message.was_sent_in_other_words", message_id=str(message_id))
            return
        _read(answer, "the gateway", Accepted)

    def states(self, message_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Answer what became of messages, as far as it is known; raises TryLater, CannotBeSent."""
        asked = {"keys": [str(one) for one in message_ids]}
        try:
            answer = self._gateway.post("/messages/states", json=asked, repeatable=True)
        except CallFailed as fault:
            raise TryLater(_named("the gateway", fault)) from None
        told = _read(answer, "the gateway", Deliveries)
        return {one.idempotency_key: one.state for one in told.data}


def _time(told: str | None) -> time | None:
    return None if told is None else time.fromisoformat(told)


def _fetch(client: HttpClient, path: str, what: str, view: type[T]) -> T:
    try:
        answer = client.get(path)
    except CallFailed as fault:
        raise TryLater(_named(what, fault)) from None
    if answer.status_code in {_NOT_FOUND, _GONE}:
        message = f"{what} is not there any more"
        raise CannotBeSent(message)
    return _read(answer, what, view)


def _read(answer: requests.Response, what: str, view: type[T]) -> T:
    _check(answer, what)
    try:
        return msgspec.json.decode(answer.content, type=view)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Not even the fault is quoted: it may name what was answered.
        message = f"{what}: an answer that cannot be read"
        raise TryLater(message) from None


def _check(answer: requests.Response, what: str) -> None:
    status = answer.status_code
    if status in range(200, 300):
        return
    message = f"{what}: answered {status}"
    passing = status < _LOWEST_REFUSAL or status in _PASSING
    raise TryLater(message) if passing else CannotBeSent(message)


def _named(what: str, fault: Exception) -> str:
    # The kind alone: the text of a fault may carry an address with a phone in it.
    return f"{what}: {type(fault).__name__}"
