"""The shop for people: goods to buy, and the clerk's desk to approve or take back orders."""

from typing import Any, cast

from flask import Response, redirect, render_template, url_for
from marshmallow import EXCLUDE, Schema

from services.sandbox.forms import Blueprint
from services.sandbox.partner_shop import desk, orders
from services.sandbox.partner_shop.api import MOST_LINES, buy, shop, take
from services.sandbox.partner_shop.desk import STEPS, Step
from services.sandbox.partner_shop.goods import price, shelf_of, title_of
from services.sandbox.schemas import PAGE_OF_HTML
from shared.money import InvalidAmount, parse_money
from shared.schemas import ShortList, Text, WholeInQuery
from shared.web import single_parameters

blueprint = Blueprint(
    "partner_shop",
    __name__,
    description="Shop pages.",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
# Every network calls the parameter that carries the click id by another name.
_SUBID_NAMES = ("subid", "clickref", "sid", "u1", "aff_sub")
_SHOWN = 60
_SEE_OTHER = 303


class BoughtSchema(Schema):
    """Which goods of the shelf were chosen, by their place on it."""

    class Meta:
        """A browser's form may carry more."""

        unknown = EXCLUDE

    good = ShortList(WholeInQuery(highest=99), most=MOST_LINES, load_default=list)
    subid = Text(load_default="", shortest=0)


class ClerkSchema(Schema):
    """What the clerk typed."""

    class Meta:
        """A browser's form may carry more."""

        unknown = EXCLUDE

    line_id = Text(load_default="", shortest=0, longest=64)
    amount = Text(load_default="", shortest=0)
    reason = Text(load_default="", shortest=0, longest=300)


class WrongAmount(ValueError):
    """The clerk typed no amount."""

    code = "invalid_amount"
    field = "amount"


@blueprint.get("/")
@blueprint.response(200, PAGE_OF_HTML, content_type="text/html")
def street() -> Response:
    """Show all shops and the newest orders."""
    found = orders.newest(shop().database.read(), _SHOWN)
    doors = [(store_id, shelf_of(store_id)) for store_id in shop().partners.stores()]
    return _page("street", doors=doors, orders=found)


@blueprint.get("/shop/<store_id>")
@blueprint.response(200, PAGE_OF_HTML, content_type="text/html")
def storefront(store_id: str) -> Response:
    """Show the goods of a shop to a visitor; `subid` (or a network's name for it) is kept."""
    shop().partners.of_store(store_id)
    goods = shelf_of(store_id)
    return _page("storefront", store_id=store_id, shelf=goods, subid=_subid() or "")


@blueprint.post("/shop/<store_id>")
@blueprint.arguments(BoughtSchema, location="form")
@blueprint.response(_SEE_OTHER)
def check_out(sent: dict[str, Any], store_id: str) -> Response:
    """Buy what was chosen and go to the order's page."""
    shelf = shelf_of(store_id).goods
    chosen = [shelf[place] for place in sent["good"] if place < len(shelf)]
    if not chosen:
        return _go("partner_shop.storefront", store_id=store_id, subid=sent["subid"])
    order_id = buy(store_id, sent["subid"] or None, chosen, report=True)
    return _go("partner_shop.order_page", order_id=order_id)


@blueprint.get("/orders/<order_id>")
@blueprint.response(200, PAGE_OF_HTML, content_type="text/html")
def order_page(order_id: str) -> Response:
    """Show an order, what can be done with it, and the postbacks about it."""
    order = desk.describe(shop().database.read(), order_id)
    return _page("order", order=order, shelf=shelf_of(order["store_id"]))


@blueprint.post(f"/orders/<order_id>/<any({', '.join(STEPS)}):step>")
@blueprint.arguments(ClerkSchema, location="form")
@blueprint.response(_SEE_OTHER)
def act(sent: dict[str, str], order_id: str, step: str) -> Response:
    """Do what the clerk's button says."""
    line_id = sent["line_id"] or None
    amount_minor = _amount_minor(order_id, line_id, sent["amount"])
    take(order_id, Step(step, line_id, amount_minor, sent["reason"] or None))
    return _go("partner_shop.order_page", order_id=order_id)


def _amount_minor(order_id: str, line_id: str | None, typed: str) -> int | None:
    if not typed:
        return None
    line = orders.lines(shop().database.read(), order_id, line_id)[0]
    try:
        return parse_money(typed, line.currency).amount_minor
    except InvalidAmount as fault:
        raise WrongAmount(str(fault)) from None


def _subid() -> str | None:
    asked = single_parameters()
    return next((asked[name] for name in _SUBID_NAMES if name in asked), None)


def _page(name: str, **shown: Any) -> Response:
    return Response(
        render_template(f"partner_shop/{name}.html", price=price, title_of=title_of, **shown)
    )


def _go(endpoint: str, **where: str) -> Response:
    return cast("Response", redirect(url_for(endpoint, **where), _SEE_OTHER))  # type: ignore[arg-type]
