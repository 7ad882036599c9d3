"""The JSON API's shapes: what may be asked for, and how stores and imports are told."""

from marshmallow import Schema, fields, validate

from services.catalog.shop_window.listing import Sort
from shared.schemas import Moment, Slug, StrictSchema, Text, WholeInQuery

_STORES_A_PAGE = 100
_MOST_STORES_A_PAGE = 1000


class ListQuery(StrictSchema):
    """Which stores, in which order, and which page of them."""

    q = Text(longest=100, load_default="", metadata={"description": "words of the name"})
    group = Slug(load_default="")
    subgroup = Slug(load_default="")
    sort = fields.Enum(Sort, by_value=True, load_default=Sort.RATE)
    limit = WholeInQuery(lowest=1, highest=_MOST_STORES_A_PAGE, load_default=_STORES_A_PAGE)
    after = Slug(load_default=None, metadata={"description": "`next` of the page before"})


class ImportQuery(StrictSchema):
    """Whether to try only."""

    dry_run = fields.String(load_default="false", validate=validate.OneOf(["true", "false"]))


class WorthSchema(Schema):
    """A share of what was paid, or the same sum for every order line."""

    kind = fields.String(required=True, validate=validate.OneOf(["percent", "flat"]))
    basis_points = fields.Integer(allow_none=True, required=True)
    rubles = fields.Integer(allow_none=True, required=True)


class BestSchema(WorthSchema):
    """The best rate of a store; `up_to`: some goods earn less."""

    up_to = fields.Boolean(required=True)


class RateSchema(WorthSchema):
    """What goods of one category earn; category null is all other goods."""

    category = fields.String(allow_none=True, required=True)
    excluded = fields.Boolean(required=True)
    text = fields.String(required=True, metadata={"example": "7.5 %"})
    usual = fields.Nested(
        WorthSchema,
        allow_none=True,
        required=True,
        metadata={"description": "what they earn without the promotion that raises them now"},
    )


class PromotionSchema(Schema):
    """A promotion that runs now."""

    name = fields.String(required=True)
    valid_from = Moment(required=True)
    valid_to = Moment(required=True)


class SoonSchema(PromotionSchema):
    """A promotion that begins within 30 days, and the cashback it will bring."""

    headline = fields.String(required=True)
    best = fields.Nested(BestSchema, allow_none=True, required=True)


class StoreSchema(Schema):
    """A store and what it pays at this moment."""

    store_id = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)
    subgroup = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["active", "paused"]))
    headline = fields.String(required=True, metadata={"example": "up to 15 %"})
    best = fields.Nested(BestSchema, allow_none=True, required=True)
    weight = fields.Integer(
        required=True, metadata={"description": "how good the best rate is: only for sorting"}
    )
    rates = fields.List(fields.Nested(RateSchema), required=True)
    promotions = fields.List(fields.Nested(PromotionSchema), required=True)
    soon = fields.List(fields.Nested(SoonSchema), required=True)
    description = fields.String(required=True)
    conditions = fields.String(required=True)
    keywords = fields.List(fields.String(), required=True)
    logo_letters = fields.String(required=True)
    logo_colour = fields.String(required=True)
    attribution_days = fields.Integer(required=True)
    confirmation_days = fields.Integer(required=True)
    go_url = fields.String(
        allow_none=True, required=True, metadata={"description": "null while the store is paused"}
    )


class StoreListSchema(Schema):
    """A page of stores; `next` is the `after` of the page behind, null on the last one."""

    data = fields.List(fields.Nested(StoreSchema), required=True)
    total = fields.Integer(required=True)
    next = fields.String(allow_none=True, required=True)


class SubgroupSchema(Schema):
    """A shelf of a group."""

    subgroup_id = fields.String(required=True)
    name = fields.String(required=True)
    stores = fields.Integer(required=True)


class GroupSchema(Schema):
    """A department of the shop window."""

    group_id = fields.String(required=True)
    name = fields.String(required=True)
    tagline = fields.String(required=True)
    stores = fields.Integer(required=True)
    subgroups = fields.List(fields.Nested(SubgroupSchema), required=True)


class GroupListSchema(Schema):
    """All groups in the operator's order."""

    data = fields.List(fields.Nested(GroupSchema), required=True)


class ImportedSchema(Schema):
    """What an import did, or with dry_run would have done."""

    added = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    unchanged = fields.Integer(required=True)
    groups_changed = fields.List(fields.String(), required=True)
    dry_run = fields.Boolean(required=True)


class StatusSchema(Schema):
    """Whether a store's button works, after it was switched."""

    store_id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["active", "paused"]))
    version = fields.Integer(required=True)
