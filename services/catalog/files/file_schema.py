"""The shape of a catalog file, and the stores that come out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate

from services.catalog.domain import Group, Promotion, Status, Store, Subgroup, Terms
from services.catalog.files.fields import (
    Host,
    Moment,
    Rates,
    Several,
    Slug,
    Text,
    TrackingUrl,
    WholeNumber,
)
from services.catalog.files.located import LONGEST_LIST, PERIODS_AT_MOST

COLOURS = ("red", "orange", "amber", "green", "teal", "blue", "indigo", "violet", "pink", "slate")
_LONGEST_CONFIRMATION_DAYS = 90
_LARGEST_CAP_RUBLES = 100_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A store of the file; its status counts only where the file says one."""

    store: Store
    says_status: bool


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class TermsSchema(_Strict):
    """Base rates of a period."""

    valid_from = Moment(required=True)
    valid_to = Moment(load_default=None, allow_none=True)
    rates = Rates(required=True)

    @post_load
    def make(self, said: dict[str, Any], **_: object) -> Terms:
        """Answer the terms."""
        return Terms(**said)


class PromotionSchema(_Strict):
    """Raised rates between two moments."""

    name = Text(80, required=True)
    valid_from = Moment(required=True)
    valid_to = Moment(required=True)
    rates = Rates(required=True)

    @post_load
    def make(self, said: dict[str, Any], **_: object) -> Promotion:
        """Answer the promotion."""
        return Promotion(**said)


class StoreSchema(_Strict):
    """One store, with all that a member or a click needs to know."""

    store_id = Slug(required=True)
    name = Text(100, required=True)
    keywords = Several(Text(50), most=10, load_default=[])
    partner_id = Slug(required=True)
    group = Slug(required=True)
    subgroup = Slug(required=True)
    logo_letters = Text(3, load_default=None)
    logo_colour = fields.String(load_default=None, validate=validate.OneOf(COLOURS))
    description = Text(300, required=True)
    conditions = Text(2000, required=True)
    status = fields.Enum(Status, by_value=True, load_default=None)
    tracking_url = TrackingUrl(required=True)
    deep_link_hosts = Several(Host, most=50, load_default=[])
    attribution_days = WholeNumber(1, 365, load_default=30)
    confirmation_days = WholeNumber(0, _LONGEST_CONFIRMATION_DAYS, required=True)
    order_cap_rubles = WholeNumber(1, _LARGEST_CAP_RUBLES, load_default=None, allow_none=True)
    terms = Several(fields.Nested(TermsSchema), least=1, most=PERIODS_AT_MOST, required=True)
    promotions = Several(fields.Nested(PromotionSchema), most=PERIODS_AT_MOST, load_default=[])

    @post_load
    def make(self, said: dict[str, Any], **_: object) -> Entry:
        """Answer the store with its gaps filled in."""
        says_status = said["status"] is not None
        letters = said["logo_letters"] or said["name"][0].upper()
        colour = said["logo_colour"] or COLOURS[sum(said["store_id"].encode()) % len(COLOURS)]
        filled = said | {
            "status": said["status"] or Status.ACTIVE,
            "logo_letters": letters,
            "logo_colour": colour,
            "keywords": tuple(dict.fromkeys(said["keywords"])),
            "deep_link_hosts": tuple(dict.fromkeys(said["deep_link_hosts"])),
            "terms": _closed(said["terms"]),
            "promotions": tuple(said["promotions"]),
        }
        return Entry(Store(**filled), says_status)


class SubgroupSchema(_Strict):
    """A shelf of a group."""

    subgroup_id = Slug(required=True)
    name = Text(60, required=True)

    @post_load
    def make(self, said: dict[str, Any], **_: object) -> Subgroup:
        """Answer the sub-group."""
        return Subgroup(**said)


class GroupSchema(_Strict):
    """A department of the shop window."""

    group_id = Slug(required=True)
    name = Text(60, required=True)
    tagline = Text(160, required=True)
    subgroups = Several(fields.Nested(SubgroupSchema), least=1, most=50, required=True)

    @post_load
    def make(self, said: dict[str, Any], **_: object) -> Group:
        """Answer the group."""
        return Group(**(said | {"subgroups": tuple(said["subgroups"])}))


class FileSchema(_Strict):
    """The whole file: groups where they are new or renamed, and stores."""

    groups = Several(fields.Nested(GroupSchema), most=50, load_default=[])
    stores = Several(fields.Nested(StoreSchema), least=1, most=LONGEST_LIST, required=True)


def _closed(terms: Sequence[Terms]) -> tuple[Terms, ...]:
    """End terms without an end where the next ones begin: an operator only adds a line."""
    ended = [
        replace(one, valid_to=following.valid_from) if one.valid_to is None else one
        for one, following in pairwise(terms)
    ]
    return (*ended, *terms[-1:])
