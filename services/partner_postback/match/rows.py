"""What a report says of one line of an order, or of the sum of its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.partner_postback.formats.request import Source
from services.partner_postback.match.sides import Field, Values


class Outcome(StrEnum):
    """How the sides stand to each other on one line."""

    AGREED = "agreed"
    MISSING = "missing"
    DIFFERENT = "different"
    TOO_MANY = "too_many_messages"


class About(StrEnum):
    """What a row is about."""

    LINE = "line"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which not all say the same; `counts`: the conversion's value, and who decided."""

    field: Field
    sides: Mapping[Source, str | int]
    counts: str | int | None
    decided_by: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says, and the newest receipt of it."""

    values: Values
    receipt_id: UUID | None


@dataclass(frozen=True, slots=True)
class Row:
    """What came of the comparison; `counts`: the conversion's values, None where none is."""

    about: About
    order_id: str
    line_id: str
    action: str
    ordered_at: datetime
    outcome: Outcome
    missing: Sequence[Source] = ()
    differences: Sequence[Difference] = ()
    sides: Mapping[Source, Side] = field(default_factory=dict)
    counts: Values | None = None
    conversion_id: UUID | None = None
