"""The operator's word on a number: whether it is a subscriber's whose phone can be topped up."""

from typing import Literal

import msgspec
import requests

from shared.http_client import CallFailed, HttpClient

_WORDS = {
    "unknown_number": "the operator does not know this number",
    "barred": "the operator has barred this number",
    "not_a_subscriber": "this number is another operator's",
}


class NotASubscriber(ValueError):
    """The operator tops up nothing but his own subscribers' phones."""

    code = "not_a_subscriber"
    field = "phone"

    def __init__(self, reason: str) -> None:
        self.more = {"reason": reason}
        super().__init__(f"phone: {_WORDS[reason]}, so it cannot be topped up.")


class OperatorSilent(Exception):
    """The operator gave no answer that can be read: nothing is known of the number."""

    code = "operator_silent"
    retry_after_seconds = 10

    def __init__(self) -> None:
        super().__init__("The operator does not answer now, so the number cannot be checked.")


class _Answer(msgspec.Struct, frozen=True):
    is_subscriber: bool
    reason: Literal["unknown_number", "barred", "not_a_subscriber"] | None


class Operator:
    """Asks the operator; a number travels in a body, never in an address."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def check_subscriber(self, phone: str) -> None:
        """See that a number is a subscriber's; raises NotASubscriber, OperatorSilent."""
        try:
            answer = self._client.post(
                "/subscribers/look-up", json={"phone": phone}, repeatable=True
            )
        except CallFailed:
            raise OperatorSilent from None
        if answer.status_code != requests.codes.ok:
            raise OperatorSilent
        try:
            told = msgspec.json.decode(answer.content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise OperatorSilent from None
        if not told.is_subscriber:
            raise NotASubscriber(told.reason or "not_a_subscriber")
