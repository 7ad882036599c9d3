"""Taking a message in: prove who sent it, read it, keep it, and only then answer.

A forged request leaves nothing behind. From the proof on, every request gets a receipt, whatever is
wrong with it. Knows no Flask, so that the fast lane can stand in front of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from prometheus_client import Counter

from services.partner_postback import formats
from services.partner_postback.api.writer import Writer
from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats import Format, Security
from services.partner_postback.formats.request import KEPT_HEADERS, Code, RawRequest, Refused
from services.partner_postback.formats.signature import Forged
from services.partner_postback.partners import (
    Directory,
    may_send_from,
    prove_checksum,
    prove_key,
    prove_signed,
)
from services.partner_postback.store.partners import Partner
from services.partner_postback.verdicts import Arrival, Outcome, Verdict
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class _Proved:
    """What proved the sender: the webhook-id of a signed message, or the key that was sent."""

    transport_id: str | None = None
    key: str = ""


class UnknownFormat(Exception):
    """Nobody said how such messages are read."""

    code = "unknown_format"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format {name[:64]!r}. GET /profiles lists them.")


FORGED = Counter("postbacks_forged", "Requests that proved nothing, by what failed.", ["code"])
# WSGI's name for each header that is kept.
_KEPT = {
    header: header.upper().replace("-", "_")
    if header == "content-type"
    else "HTTP_" + header.upper().replace("-", "_")
    for header in KEPT_HEADERS
}
_STATUS = {Verdict.ACCEPTED: 200, Verdict.DUPLICATE: 200, Verdict.HELD: 202, Verdict.REFUSED: 422}
_STATUS_OF_CODE = {
    Code.IP_NOT_ALLOWED: 403,
    Code.FORMAT_NOT_ALLOWED: 403,
    Code.WEBHOOK_ID_REUSED: 409,
    Code.WRONG_CONTENT_TYPE: 415,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking messages in needs."""

    directory: Directory
    writer: Writer
    clock: Clock

    def take(self, partner_id: str, name: str, environ: Mapping[str, Any], body: bytes) -> Outcome:
        """Take a request of the format `name` in; raises Forged, UnknownFormat, CannotKeep."""
        return self.writer.keep(self.prove(partner_id, name, environ, body))

    def prove(self, partner_id: str, name: str, environ: Mapping[str, Any], body: bytes) -> Arrival:
        """Answer a genuine request and what it says; raises Forged, UnknownFormat."""
        now = self.clock()
        spoken = self.directory.format(name)
        if spoken is None:
            raise UnknownFormat(name)
        raw = _raw_request(name, environ, body, now)
        partner = self.directory.find(partner_id)
        proof = _prove(partner, spoken, raw, environ.get("HTTP_AUTHORIZATION", ""), now)
        assert partner is not None
        said = _read(partner, spoken, raw, environ.get("REMOTE_ADDR", ""))
        kept = _without_key(raw, spoken, proof)
        return Arrival(uuid4(), partner_id, kept, said, proof.transport_id, spoken.version)


def status_of(outcome: Outcome) -> int:
    """Answer the HTTP status of a verdict."""
    if outcome.verdict is Verdict.REFUSED:
        return _STATUS_OF_CODE.get(Code(outcome.code), _STATUS[Verdict.REFUSED])
    return _STATUS[outcome.verdict]


def _raw_request(name: str, environ: Mapping[str, Any], body: bytes, now: datetime) -> RawRequest:
    headers = {header: environ[key] for header, key in _KEPT.items() if environ.get(key)}
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    return RawRequest(name, environ["REQUEST_METHOD"], query, body, now, headers)


def _prove(
    partner: Partner | None, spoken: Format, raw: RawRequest, authorization: str, now: datetime
) -> _Proved:
    try:
        match spoken.security:
            case Security.SIGNATURE:
                return _Proved(transport_id=prove_signed(partner, raw, now))
            case Security.TRADEDOUBLER_CHECKSUM:
                prove_checksum(partner, raw, spoken, now)
                return _Proved()
            case Security.KEY:
                scheme, _, sent = authorization.partition(" ")
                is_bearer = scheme.lower() == "bearer"
                key = sent.strip() if is_bearer else raw.key(spoken.key_names)
                prove_key(partner, key, spoken.key_names, now)
                return _Proved(key=key)
    except Forged as forged:
        FORGED.labels(forged.code).inc()
        raise


def _without_key(raw: RawRequest, spoken: Format, proved: _Proved) -> RawRequest:
    """Answer the request as it may be kept; a checksum gives no secret away, and stays."""
    if spoken.security is Security.TRADEDOUBLER_CHECKSUM:
        return raw
    if proved.transport_id and not raw.query:
        return raw
    return raw.without_key(spoken.key_names, proved.key)


def _read(partner: Partner, spoken: Format, raw: RawRequest, address: str) -> Message | Refused:
    if not may_send_from(partner, address):
        why = f"{address} is not in this partner's IP allow-list."
        return Refused(Code.IP_NOT_ALLOWED, why)
    if raw.format not in partner.formats:
        why = f"This partner may not send the format {raw.format!r}."
        return Refused(Code.FORMAT_NOT_ALLOWED, why)
    return formats.read_or_refuse(raw, spoken)
