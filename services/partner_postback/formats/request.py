"""The request as it came, and the refusal that every format ends in: a code and a field's name.

The raw request is kept with its receipt: reading it is a pure function that can be repeated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from urllib.parse import unquote_to_bytes

# The headers that say something about a message; cookies and credentials are never kept.
KEPT_HEADERS = (
    "webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "user-agent",
)  # fmt: skip
_MOST_PARAMETERS = 100
_LONGEST_FIELD = 200
_LONGEST_WHY = 1_000
FORM_TYPE = "application/x-www-form-urlencoded"
# The parameter `token`, plain or percent-encoded, between ampersands. A pattern, for the key is
# looked for before anything is proved: a body of a million `&` must cost nobody but its sender.
_TOKEN = re.compile(
    rb"(?<![^&])(?:t|%74)(?:o|%6[Ff])(?:k|%6[Bb])(?:e|%65)(?:n|%6[Ee])(?:=([^&]*))?(?![^&])"
)


class Code(StrEnum):
    """Why a message was refused; part of the contract with partners."""

    MALFORMED_JSON = "malformed_json"
    INVALID_FIELDS = "invalid_fields"
    INVALID_AMOUNT = "invalid_amount"
    UNKNOWN_CURRENCY = "unknown_currency"
    IN_THE_FUTURE = "in_the_future"
    DUPLICATE_PARAMETER = "duplicate_parameter"
    TOO_MANY_PARAMETERS = "too_many_parameters"
    MACRO_NOT_REPLACED = "macro_not_replaced"
    NOT_UTF8 = "not_utf8"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    IP_NOT_ALLOWED = "ip_not_allowed"
    FORMAT_NOT_ALLOWED = "format_not_allowed"
    WEBHOOK_ID_REUSED = "webhook_id_reused"


class Refused(Exception):
    """The message can never be used as it was sent; `field` names the culprit.

    Both repeat what was sent, so both are made showable here: receipts and logs keep them as text.
    """

    def __init__(self, code: Code, why: str, name: str | None = None) -> None:
        self.code = code
        self.field = name and _showable(name, _LONGEST_FIELD)
        super().__init__(_showable(why, _LONGEST_WHY))


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What arrived: enough to read it again, and to show the partner what it sent."""

    format: str
    method: str
    query: bytes
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Answer the parameters of the address and of a form as bytes; raises Refused."""
        if self.body and not self._is_form():
            why = f"A body must be of the content type {FORM_TYPE}."
            raise Refused(Code.WRONG_CONTENT_TYPE, why, "content-type")
        sent = (self.query, self.body)
        parts = [part for parameters in sent for part in parameters.split(b"&") if part]
        if len(parts) > _MOST_PARAMETERS:
            why = f"At most {_MOST_PARAMETERS} parameters."
            raise Refused(Code.TOO_MANY_PARAMETERS, why)
        return [_pair(part) for part in parts]

    def parameters(self) -> dict[str, str]:
        """Answer the parameters by name, blank ones left out; raises Refused."""
        read: dict[str, str] = {}
        for raw_name, raw_value in self.pairs():
            name, value = _decode(raw_name, raw_name), _decode(raw_value, raw_name)
            if name in read:
                raise Refused(Code.DUPLICATE_PARAMETER, f"`{name[:50]}` was sent twice.", name)
            read[name] = value
        return {name: value for name, value in read.items() if value and name != "token"}

    def token(self) -> str:
        """Answer the key that the address or form carries; empty unless sent exactly once."""
        sent = _TOKEN.findall(self.query + b"&" + self.body if self._is_form() else self.query)
        return _unquoted(sent[0]).decode(errors="replace") if len(sent) == 1 else ""

    def without_token(self) -> Self:
        """Answer the request as it may be kept and shown: the partner's key is blotted out."""
        return replace(
            self, query=_blot(self.query), body=_blot(self.body) if self._is_form() else self.body
        )

    def _is_form(self) -> bool:
        media_type, _, _ = self.headers.get("content-type", "").partition(";")
        return media_type.strip().lower() == FORM_TYPE


def _pair(part: bytes) -> tuple[bytes, bytes]:
    # urllib's parse_qsl reads bytes as ASCII alone and answers others with a bare ValueError.
    name, _, value = part.partition(b"=")
    return _unquoted(name), _unquoted(value)


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _blot(parameters: bytes) -> bytes:
    return _TOKEN.sub(b"token=***", parameters)


def _decode(raw: bytes, name: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        shown = name.decode(errors="replace")
        raise Refused(Code.NOT_UTF8, f"`{shown[:50]}` is not UTF-8.", shown[:50]) from None


def _showable(text: str, longest: int) -> str:
    """Answer a text with what cannot be shown or kept (NUL, line breaks, …) escaped, and cut."""
    text = text if len(text) <= longest else text[:longest] + "…"
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )
