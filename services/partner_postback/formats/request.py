"""The request as it came, and the refusal that every format ends in: a code and a field's name.

The raw request is kept with its receipt: reading it is a pure function that can be repeated.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Self
from urllib.parse import unquote_to_bytes

from msgspec import Struct
from msgspec.structs import replace

# The headers that say something about a message; cookies and credentials are never kept.
KEPT_HEADERS = (
    "webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "user-agent",
)  # fmt: skip
# Honest messages have a kilobyte or two, with a basket of a thousand goods two hundred.
LARGEST_MESSAGE_BYTES = 256 * 1024
_MOST_PARAMETERS = 100
_LONGEST_FIELD = 200
_LONGEST_WHY = 1_000
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"
# What stands for an HTTP method where a record of a file or of a pull was taken in.
RECORD = "RECORD"


class Source(StrEnum):
    """How a message reached us."""

    PUSH = "push"
    PULL = "pull"
    FILE = "file"
    CLAIM = "claim"


# How a partner speaks by itself; an accepted claim is recorded in its name.
BY_PARTNERS = (Source.PUSH, Source.PULL, Source.FILE)


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
    WRONG_CELLS = "wrong_cells"
    NOT_UTF8 = "not_utf8"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    IP_NOT_ALLOWED = "ip_not_allowed"
    FORMAT_NOT_ALLOWED = "format_not_allowed"
    WEBHOOK_ID_REUSED = "webhook_id_reused"
    NOT_COMMISSIONABLE = "not_commissionable"
    UNKNOWN_PROFILE = "unknown_profile"
    REFUSED_BY_CLERK = "refused_by_clerk"
    NOT_KEPT = "not_kept"


class Refused(Exception):
    """The message can never be used as it was sent; `field` names the culprit.

    Both repeat what was sent, so both are made showable here: receipts and logs keep them as text.
    """

    def __init__(self, code: Code, why: str, name: str | None = None) -> None:
        self.code = code
        self.field = name and showable(name, _LONGEST_FIELD)
        super().__init__(showable(why, _LONGEST_WHY))


class RawRequest(Struct, frozen=True):
    """What arrived: enough to read it again, and to show the partner what it sent."""

    format: str
    method: str
    query: bytes
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = {}
    source: Source = Source.PUSH

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Answer the parameters of the address and of a form as bytes; raises Refused."""
        if self.body and not self.is_form():
            why = f"A body must be of the content type {FORM_TYPE}."
            raise Refused(Code.WRONG_CONTENT_TYPE, why, "content-type")
        sent = b"&".join((self.query, self.body))
        if sent.count(b"&") > _MOST_PARAMETERS:
            why = f"At most {_MOST_PARAMETERS} parameters."
            raise Refused(Code.TOO_MANY_PARAMETERS, why)
        return [_pair(part) for part in sent.split(b"&") if part]

    def parameters(self) -> dict[str, str]:
        """Answer the parameters by name, each sent once; raises Refused."""
        read: dict[str, str] = {}
        for raw_name, raw_value in self.pairs():
            name, value = _decode(raw_name, raw_name), _decode(raw_value, raw_name)
            if name in read:
                raise Refused(Code.DUPLICATE_PARAMETER, f"`{name[:50]}` was sent twice.", name)
            read[name] = value
        return read

    def key(self, names: Iterable[str] = ("token",)) -> str:
        """Answer the key that the address or form carries; empty unless sent exactly once."""
        parameters = self.query + b"&" + self.body if self.is_form() else self.query
        sent = _pattern(tuple(names)).findall(parameters)
        return _unquoted(sent[0]).decode(errors="replace") if len(sent) == 1 else ""

    def without_key(self, names: Iterable[str] = ("token",), key: str = "") -> Self:
        """Answer the request as it may be kept and shown: the partner's key is blotted out.

        By its names in the address or a form, and by itself wherever else it was sent.
        """
        pattern = _pattern(tuple(names))
        query, body = _blot(self.query, pattern), self.body
        body = _blot(body, pattern) if self.is_form() else body
        if key:
            query, body = (one.replace(key.encode(), b"***") for one in (query, body))
        return replace(self, query=query, body=body)

    def is_form(self) -> bool:
        """Tell whether the body holds parameters."""
        return self._media_type() == FORM_TYPE

    def is_json(self) -> bool:
        """Tell whether the body is called JSON."""
        return self._media_type() == JSON_TYPE

    def _media_type(self) -> str:
        media_type, _, _ = self.headers.get("content-type", "").partition(";")
        return media_type.strip().lower()


def _pair(part: bytes) -> tuple[bytes, bytes]:
    # urllib's parse_qsl reads bytes as ASCII alone and answers others with a bare ValueError.
    name, _, value = part.partition(b"=")
    return _unquoted(name), _unquoted(value)


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Answer what finds these parameters, plain or percent-encoded, between ampersands.

    A pattern, for the key is looked for before anything is proved: a body of a million `&` must
    cost nobody but its sender.
    """
    one_of = b"|".join(b"".join(_letter(one) for one in name.encode()) for name in names)
    return re.compile(rb"(?<![^&])(?:" + one_of + rb")(?:=([^&]*))?(?![^&])")


def _letter(byte: int) -> bytes:
    encoded = b"".join(
        b"[%c%c]" % (one, one ^ 0x20) if chr(one).isalpha() else b"%c" % one
        for one in b"%02X" % byte
    )
    return b"(?:%s|%%%s)" % (re.escape(bytes([byte])), encoded)


def _blot(parameters: bytes, pattern: re.Pattern[bytes]) -> bytes:
    def blotted(found: re.Match[bytes]) -> bytes:
        return found[0].partition(b"=")[0] + b"=***"

    return pattern.sub(blotted, parameters)


def _decode(raw: bytes, name: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        shown = name.decode(errors="replace")
        raise Refused(Code.NOT_UTF8, f"`{shown[:50]}` is not UTF-8.", shown[:50]) from None


def showable(text: str, longest: int) -> str:
    """Answer a text with what cannot be shown or kept (NUL, line breaks, …) escaped, and cut."""
    text = text if len(text) <= longest else text[:longest] + "…"
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )
