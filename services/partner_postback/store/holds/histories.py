"""What is known around the purchases of a batch; read only where a cap or a rule looks at it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

import msgspec

from services.partner_postback.domain.attribution import OrderKey
from services.partner_postback.domain.fraud import Kind
from services.partner_postback.known import Known
from services.partner_postback.store.loaded import KnownConversion, conversion_of
from services.partner_postback.store.loading import Raw, columns


@dataclass(frozen=True, slots=True)
class Around:
    """The purchases of a batch: their orders and members, and when their requests came."""

    orders: Collection[OrderKey]
    member_ids: Collection[UUID]
    received_at: Sequence[datetime]


class _Told(msgspec.Struct, frozen=True):
    lines: list[KnownConversion]
    recent: list[tuple[UUID, str, str, datetime]]
    own_ranges: dict[str, list[str]]


# Nobody means more than a thousand orders within some hours.
_TELL = """
SELECT json_build_object(
    'lines', (
        SELECT coalesce(json_agg(conversions), '[]') FROM conversions
        JOIN unnest(%(partner_ids)s::text[], %(order_ids)s::text[])
             AS wanted (partner_id, order_id) USING (partner_id, order_id)),
    'recent', (
        SELECT coalesce(json_agg(json_build_array(member_id, partner_id, order_id, at)), '[]')
        FROM unnest(%(member_ids)s::uuid[]) AS wanted (member_id), LATERAL (
            SELECT partner_id, order_id, max(recorded_at) AS at FROM conversions
            WHERE conversions.member_id = wanted.member_id
              AND recorded_at > %(since)s AND recorded_at < %(until)s
            GROUP BY partner_id, order_id LIMIT 1000
        ) AS orders),
    'own_ranges', (
        SELECT coalesce(json_object_agg(partner_id, ip_allow_list::text[]), '{}') FROM partners
        WHERE partner_id = ANY(%(senders)s))
)::text
"""
_told = msgspec.json.Decoder(_Told)


def learn(raw: Raw, known: Known, around: Around) -> None:
    """Add to what is known what the caps and rules of the moment look at; often that is nothing."""
    kinds = {one.kind for one in known.rules}
    wants_lines = known.caps or Kind.SAME_ORDER_TWO_CLICKS in kinds
    looks_at = kinds & {Kind.MEMBER_VELOCITY, Kind.OWN_ADDRESS}
    if not around.orders or not (wants_lines or looks_at):
        return
    partner_ids, order_ids = columns(around.orders if wants_lines else ())
    span = timedelta(hours=max((one.settings.hours for one in known.rules), default=0))
    asked = {
        "partner_ids": partner_ids,
        "order_ids": order_ids,
        "member_ids": list(around.member_ids) if Kind.MEMBER_VELOCITY in looks_at else [],
        "since": min(around.received_at) - span,
        "until": max(around.received_at) + span,
        "senders": sorted({one for one, _ in around.orders})
        if Kind.OWN_ADDRESS in looks_at
        else [],
    }
    row = raw.execute(_TELL, asked).fetchone()
    assert row is not None
    _add(known, _told.decode(row[0]))


def _add(known: Known, told: _Told) -> None:
    for line in told.lines:
        known.keep(conversion_of(line))
    for member_id, partner_id, order_id, recorded_at in told.recent:
        known.note_order(member_id, (partner_id, order_id), recorded_at)
    for partner_id, ranges in told.own_ranges.items():
        known.own_ranges[partner_id] = tuple(ip_network(one) for one in ranges)
