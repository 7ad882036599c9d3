"""The shop for scripts: place an order, move it on, read what was reported and answered."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app
from marshmallow import Schema, ValidationError, fields, validate

from services.sandbox.database import Database
from services.sandbox.partner_shop import deliveries, desk, orders
from services.sandbox.partner_shop.desk import STEPS, Step
from services.sandbox.partner_shop.orders import Good
from services.sandbox.partner_shop.partners import Partners
from services.sandbox.partner_shop.sender import Sender
from shared.clock import Clock
from shared.money import LARGEST_AMOUNT_MINOR, UnknownCurrency, minor_units
from shared.schemas import ShortList, Slug, StrictSchema, Text, Truth, Whole
from shared.web import Blueprint

blueprint = Blueprint("orders_api", __name__, url_prefix="/api", description="Orders, for scripts.")
MOST_LINES = 50
_MOST_REPEATS = 100


@dataclass(frozen=True, slots=True)
class Shop:
    """What the views need: the file, the partners, the courier and the time."""

    database: Database
    partners: Partners
    sender: Sender
    clock: Clock


def _is_currency(text: str) -> None:
    try:
        minor_units(text)
    except UnknownCurrency as fault:
        raise ValidationError(str(fault)) from None


class GoodSchema(StrictSchema):
    """One line of a basket."""

    amount_minor = Whole(required=True, highest=LARGEST_AMOUNT_MINOR)
    currency = Text(longest=3, required=True, validate=_is_currency)
    category = Text(longest=64, load_default=None, allow_none=True)
    title = Text(load_default="Goods")


class BasketSchema(StrictSchema):
    """An order to place; with `report` false nobody is told of it yet."""

    store_id = Slug(required=True)
    subid = Text(longest=200, load_default=None, allow_none=True)
    report = Truth(load_default=True)
    lines = ShortList(fields.Nested(GoodSchema), required=True, fewest=1, most=MOST_LINES)


class StepSchema(StrictSchema):
    """A step: on the whole order, or on one line of it."""

    line_id = Text(longest=64, load_default=None, allow_none=True)
    amount_minor = Whole(load_default=None, allow_none=True, highest=LARGEST_AMOUNT_MINOR)
    reason = Text(longest=300, load_default=None, allow_none=True)


class RepeatSchema(StrictSchema):
    """How many more times to send the last postback."""

    times = Whole(load_default=1, lowest=1, highest=_MOST_REPEATS)


class LineSchema(Schema):
    """A line as it stands."""

    line_id = fields.String()
    title = fields.String()
    category = fields.String(allow_none=True)
    amount_minor = fields.Integer()
    currency = fields.String()
    status = fields.String()


class DeliverySchema(Schema):
    """A postback, and what it was answered."""

    delivery_id = fields.String()
    line_id = fields.String()
    says = fields.String()
    state = fields.String(
        validate=validate.OneOf(["waiting", "answered", "refused", "given_up"]),
    )
    attempts = fields.Integer()
    http_status = fields.Integer(allow_none=True)
    made_at = fields.String()
    answer = fields.Raw(allow_none=True)


class OrderSchema(Schema):
    """An order with its lines and every postback about it."""

    order_id = fields.String()
    store_id = fields.String()
    partner_id = fields.String()
    subid = fields.String(allow_none=True)
    ordered_at = fields.String()
    lines = fields.List(fields.Nested(LineSchema))
    deliveries = fields.List(fields.Nested(DeliverySchema))


@blueprint.post("/orders")
@blueprint.arguments(BasketSchema)
@blueprint.response(201, OrderSchema)
def place(sent: dict[str, Any]) -> dict[str, Any]:
    """Buy something; the purchase is reported unless `report` is false."""
    goods = [Good(**line) for line in sent["lines"]]
    order_id = buy(sent["store_id"], sent["subid"], goods, report=sent["report"])
    return desk.describe(shop().database.read(), order_id)


@blueprint.get("/orders/<order_id>")
@blueprint.response(200, OrderSchema)
def show(order_id: str) -> dict[str, Any]:
    """Answer an order."""
    return desk.describe(shop().database.read(), order_id)


@blueprint.post(f"/orders/<order_id>/<any({', '.join(STEPS)}):step>")
@blueprint.arguments(StepSchema)
@blueprint.response(200, OrderSchema)
def move_on(sent: dict[str, Any], order_id: str, step: str) -> dict[str, Any]:
    """Report, approve, decline, amend or return an order, or one line of it."""
    take(order_id, Step(step, **sent))
    return desk.describe(shop().database.read(), order_id)


@blueprint.post("/orders/<order_id>/repeat")
@blueprint.arguments(RepeatSchema)
@blueprint.response(200, OrderSchema)
def repeat(sent: dict[str, int], order_id: str) -> dict[str, Any]:
    """Send the last postback again, as new deliveries with the same content."""
    here = shop()
    with here.database.write() as connection:
        deliveries.repeat_last(connection, order_id, sent["times"], here.clock())
    here.sender.wake()
    return desk.describe(here.database.read(), order_id)


def buy(store_id: str, subid: str | None, goods: list[Good], *, report: bool) -> str:
    """Place an order and report it; answers its id. Raises UnknownStore."""
    here = shop()
    partner = here.partners.of_store(store_id)
    with here.database.write() as connection:
        order_id = orders.place(
            connection,
            store_id=store_id,
            partner_id=partner.partner_id,
            subid=subid,
            goods=goods,
            now=here.clock(),
        )
        if report:
            desk.take(connection, order_id, Step("report"), here.clock())
    here.sender.wake()
    return order_id


def take(order_id: str, step: Step) -> None:
    """Take a step on an order; raises UnknownOrder."""
    here = shop()
    with here.database.write() as connection:
        desk.take(connection, order_id, step, here.clock())
    here.sender.wake()


def shop() -> Shop:
    """Answer what the app was built with."""
    return cast("Shop", current_app.extensions["partner_shop"])
