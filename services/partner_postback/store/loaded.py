"""What the hot path reads, as the database writes it out, and the domain's objects made of it."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import msgspec

from services.partner_postback.domain.algebra import ConversionState, Message, Status
from services.partner_postback.domain.attribution import Conversion, OrderKey, Store
from services.partner_postback.domain.fraud import Kind, Rule, Settings
from services.partner_postback.known import Cart, Known


class KnownReceipt(msgspec.Struct, frozen=True):
    """What a webhook-id was answered when it came first; the body is in hexadecimal."""

    receipt_id: UUID
    partner_id: str
    transport_id: str
    query: str
    body: str
    verdict: str
    code: str
    detail: str
    field: str | None
    conversion_id: UUID | None
    rule: str | None


# By partner and webhook-id.
Receipts = dict[tuple[str, str], KnownReceipt]


class KnownMessage(msgspec.Struct, frozen=True):
    """A message that counts, of a conversion or of a whole order."""

    subject_id: UUID
    content: Message


class KnownConversion(msgspec.Struct, frozen=True):
    """A row of conversions."""

    conversion_id: UUID
    partner_id: str
    order_id: str
    line_id: str
    action: str
    store_id: str
    member_id: UUID
    click_id: str
    clicked_at: datetime
    currency: str
    rate_micro: int
    version: int
    receipt_id: UUID
    status: Status
    paid_minor: int
    category: str | None
    ordered_at: datetime
    reason: str | None


class _KnownCartLine(msgspec.Struct, frozen=True):
    partner_id: str
    order_id: str
    line_id: str
    lines: int


class _KnownStore(msgspec.Struct, frozen=True):
    number: int
    store: Store


class KnownRule(msgspec.Struct, frozen=True):
    """A row of fraud_rules."""

    name: str
    kind: Kind
    settings: dict[str, Any]


class Loaded(msgspec.Struct, frozen=True):
    """All that a batch asks for."""

    conversions: list[KnownConversion]
    messages: list[KnownMessage]
    cart_lines: list[_KnownCartLine]
    receipts: list[KnownReceipt]
    stores: list[_KnownStore]
    exchange_rates: dict[str, int]
    listeners: dict[str, list[str]]
    caps: dict[str, int]
    unnamed: list[tuple[str, str]]
    rules: list[KnownRule]


def known_of(loaded: Loaded) -> Known:
    """Answer what is known of a batch."""
    messages: dict[UUID, set[Message]] = {}
    for one in loaded.messages:
        messages.setdefault(one.subject_id, set()).add(one.content)
    carts: dict[OrderKey, Cart] = {}
    for line in loaded.cart_lines:
        cart = carts.setdefault((line.partner_id, line.order_id), Cart())
        cart.seen.add(line.line_id)
        cart.lines = max(cart.lines, line.lines)
    return Known(
        conversions={row.conversion_id: conversion_of(row) for row in loaded.conversions},
        messages=messages,
        stores={one.number: one.store for one in loaded.stores},
        exchange_rates=loaded.exchange_rates,
        caps=loaded.caps,
        unnamed=set(loaded.unnamed),
        rules=[rule_of(one.name, one.kind, one.settings) for one in loaded.rules],
        carts=carts,
        listeners=loaded.listeners,
    )


def conversion_of(row: KnownConversion) -> Conversion:
    """Answer a conversion as it is kept."""
    state = ConversionState(row.status, row.paid_minor, row.category, row.ordered_at, row.reason)
    fixed = {name: getattr(row, name) for name in Conversion.__struct_fields__ if name != "state"}
    return Conversion(**fixed, state=state)


def rule_of(name: str, kind: Kind, settings: Mapping[str, Any]) -> Rule:
    """Answer a rule as it was checked when it was set."""
    ranges = tuple(ip_network(one) for one in settings.get("ranges", ()))
    return Rule(name, kind, Settings(**{**settings, "ranges": ranges}))
