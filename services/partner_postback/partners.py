"""Who is sending: a partner proves itself by a signature, or by its key and its address.

Partners and profiles are held in memory for a second, so that the hot path asks no database and
a rotated or ended secret counts a second later everywhere.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import structlog
from sqlalchemy import Connection, Engine

from services.partner_postback.formats import Format, all_formats, built_in, of_profile
from services.partner_postback.formats.profile import Answer, WrongProfile, of_document
from services.partner_postback.formats.request import FORM_TYPE, RawRequest, Refused
from services.partner_postback.formats.signature import Forged, Proof, new_secret, verify
from services.partner_postback.store import partners as partner_queries
from services.partner_postback.store import profiles as profile_queries
from services.partner_postback.store.partners import IpRange, Partner, Secret
from services.partner_postback.store.profiles import KeptProfile

log = structlog.get_logger()
FRESH_SECONDS = 1.0
_KEY_PREFIX = "pk_"
_KEY_BYTES = 32
_CHECKSUM_BYTES = 16
_CHECKSUM_VERSION = "v04"


class UnknownPartner(Exception):
    """There is no such partner."""

    code = "unknown_partner"

    def __init__(self, partner_id: str) -> None:
        self.partner_id = partner_id
        super().__init__(f"There is no partner {partner_id!r}.")


class Directory:
    """The partners and what they speak, in memory for a second at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._partners: dict[str, Partner] = {}
        self._formats: Mapping[str, Format] = built_in()
        self._own: dict[tuple[str, str], Format | None] = {}
        self._read_at = float("-inf")

    def find(self, partner_id: str) -> Partner | None:
        """Answer a partner, or None."""
        self._refresh()
        return self._partners.get(partner_id)

    def by_key(self, key: str, now: datetime) -> Partner | None:
        """Answer the partner that a key belongs to, or None."""
        self._refresh()
        return next((one for one in self._partners.values() if has_key(one, key, now)), None)

    def format(self, name: str) -> Format | None:
        """Answer how a format is read, by its name, or None."""
        self._refresh()
        return self._formats.get(name)

    def answer_of(self, name: str) -> Answer | None:
        """Answer what a format's senders want to hear whatever the verdict, if anything."""
        spoken = self._formats.get(name)
        return spoken.answer if spoken else None

    def formats(self) -> Mapping[str, Format]:
        """Answer every format by name."""
        self._refresh()
        return self._formats

    def forget(self) -> None:
        """Read again at the next question: something has just been changed here."""
        self._read_at = float("-inf")

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at < FRESH_SECONDS:
            return
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                with self._engine.connect() as connection:
                    partners = partner_queries.all_partners(connection)
                    profiles = profile_queries.newest(connection)
                self._partners = {one.partner_id: one for one in partners}
                self._own = {(one.name, one.version): self._own_format(one) for one in profiles}
                self._formats = all_formats(one for one in self._own.values() if one)
                self._read_at = time.monotonic()

    def _own_format(self, kept: KeptProfile) -> Format | None:
        key = (kept.name, kept.version)
        if key in self._own:
            return self._own[key]
        try:
            return of_profile(of_document(kept.name, kept.document))
        except WrongProfile as fault:  # kept by another version of the programme
            log.warning("profiles.unusable", name=kept.name, fault=str(fault)[:300])
            return None


def prove_signed(partner: Partner | None, request: RawRequest, now: datetime) -> str:
    """Answer the webhook id of a message that the partner signed; raises Forged."""
    known = valid_secrets(partner, "signing", now) if partner else []
    return verify(request.headers, request.body, known, now)


def prove_key(partner: Partner | None, key: str, names: Sequence[str], now: datetime) -> None:
    """Check the key of a format that cannot sign; `names`: of its parameter; raises Forged."""
    if partner is None or not has_key(partner, key, now):
        named = " or ".join(f"`{one}`" for one in names)
        why = (
            f"Send this partner's key as a bearer key, or as {named} in the address "
            f"or in a body of the content type {FORM_TYPE}."
        )
        raise Forged(Proof.KEY_WRONG, why)


def prove_checksum(
    partner: Partner | None, request: RawRequest, spoken: Format, now: datetime
) -> None:
    """Check Tradedoubler's checksum over the order's number and value as sent; raises Forged."""
    try:
        sent = request.parameters()
    except Refused as refused:
        raise Forged(Proof.CHECKSUM_WRONG, str(refused)) from None
    order, value = (sent.get(spoken.names[ours], "") for ours in ("order_id", "amount"))
    proof = sent.get(spoken.key_names[0], "").encode()
    known = valid_secrets(partner, "checksum", now) if partner else []
    fits = [hmac.compare_digest(proof, checksum(one, order, value).encode()) for one in known]
    if not any(fits):
        name, signed = spoken.key_names[0], (spoken.names["order_id"], spoken.names["amount"])
        why = (
            f"`{name}` is not {_CHECKSUM_VERSION} and the md5 of this partner's secret, "
            f"`{signed[0]}` and `{signed[1]}` as they were sent."
        )
        raise Forged(Proof.CHECKSUM_WRONG, why)


def checksum(secret: str, order: str, value: str) -> str:
    """Answer Tradedoubler's checksum: `v04` and md5 of secret, order number and order value.

    Of the texts, not of what they mean: 599.9 has another than 599.90. The network chose md5.
    """
    digest = hashlib.md5(f"{secret}{order}{value}".encode(), usedforsecurity=False)
    return _CHECKSUM_VERSION + digest.hexdigest()


def has_key(partner: Partner, key: str, now: datetime) -> bool:
    """Answer whether a key is the partner's."""
    sent = _hash(key)
    return any(hmac.compare_digest(sent, known) for known in valid_secrets(partner, "key", now))


def may_send_from(partner: Partner, address: str) -> bool:
    """Answer whether the partner's IP list lets an address through; no list lets all through."""
    if not partner.ip_allow_list:
        return True
    try:
        sender = ip_address(address)
    except ValueError:
        return False
    # An IPv4 client of an IPv6 socket shows as ::ffff:192.0.2.1.
    sender = getattr(sender, "ipv4_mapped", None) or sender
    return any(sender in ip_range for ip_range in partner.ip_allow_list)


def ip_ranges(texts: list[str]) -> tuple[IpRange, ...]:
    """Read the addresses and ranges of an allow-list; raises ValueError."""
    return tuple(ip_range(one) for one in texts)


def ip_range(text: str) -> IpRange:
    """Read an address or a range; raises ValueError."""
    if "%" in text:  # Python reads zones, PostgreSQL does not
        message = f"{text!r} names a zone, which means something on one machine only"
        raise ValueError(message)
    return ip_network(text)


def give_secret(
    connection: Connection, partner_id: str, kind: str, *, overlap: timedelta, now: datetime
) -> str:
    """Make a secret or key and answer it, this once; the one before ends after `overlap`."""
    if not partner_queries.lock(connection, partner_id):
        raise UnknownPartner(partner_id)
    shown = _NEW[kind]()
    # What we compute ourselves must be kept as it is; of a key only the hash is.
    secret = Secret(kind, _hash(shown) if kind == "key" else shown, None)
    old_until = now + overlap
    partner_queries.add_secret(connection, partner_id, secret, old_until=old_until, now=now)
    return shown


_NEW: Mapping[str, Callable[[], str]] = {
    "signing": new_secret,
    "key": lambda: _KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES),
    "webhook": new_secret,
    "checksum": lambda: secrets.token_hex(_CHECKSUM_BYTES),
}
SECRET_KINDS = tuple(_NEW)


def valid_secrets(partner: Partner, kind: str, now: datetime) -> list[str]:
    """Answer the secrets of a kind, or the hashes of keys, that are valid at a moment."""
    return [
        one.value
        for one in partner.secrets
        if one.kind == kind and (one.valid_until is None or now < one.valid_until)
    ]


def _hash(key: str) -> str:
    # The key is 256 random bits: a plain hash cannot be guessed back, and costs nothing.
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
