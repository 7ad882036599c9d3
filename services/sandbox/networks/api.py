"""What scripts put in: transactions, what became of them, how fast the networks are."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.sandbox.moments import as_text
from services.sandbox.networks import pages, transactions
from services.sandbox.networks.transactions import NETWORKS, MadeUp
from shared.schemas import Moment, ShortList, StrictSchema, Text, Whole
from shared.web import Blueprint

blueprint = Blueprint("networks", __name__, description="What the networks know, and their pace.")
_MOST_MADE_UP = 10_000_000
_LONGEST_PAGE_MILLISECONDS = 60_000


def _amount(**options: Any) -> fields.String:
    shape = validate.Regexp(r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,3})?\Z")
    return fields.String(validate=shape, metadata={"description": "such as 26.09"}, **options)


def _network(**options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(NETWORKS), **options)


def _currency(**options: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(r"^[A-Z]{3}\Z"), load_default="RUB", **options)


class TransactionSchema(StrictSchema):
    """A new transaction: it is pending."""

    network = _network(required=True)
    order_id = Text(required=True, longest=100)
    click_id = Text(required=True, longest=255)
    amount = _amount(required=True)
    currency = _currency()
    ordered_at = Moment(load_default=None, allow_none=True, metadata={"description": "null: now"})


class ChangeSchema(StrictSchema):
    """What becomes of a transaction: a status, another amount, or both."""

    status = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["approved", "declined"])
    )
    amount = _amount(load_default=None, allow_none=True)
    reason = Text(load_default=None, allow_none=True, longest=30)


class KnownTransactionSchema(Schema):
    """A transaction as the network knows it."""

    network = fields.String()
    number = fields.Integer()
    order_id = fields.String()
    status = fields.String()
    amount = fields.String()


class MadeUpSchema(StrictSchema):
    """How many transactions a network makes up, after which clicks."""

    network = _network(required=True)
    count = Whole(required=True, highest=_MOST_MADE_UP)
    click_ids = ShortList(Text(longest=255), most=10_000, load_default=[])
    currency = _currency()
    ordered_at = Moment(load_default=None, allow_none=True, metadata={"description": "null: now"})


class PaceSchema(StrictSchema):
    """How fast the networks are."""

    page_milliseconds = Whole(
        load_default=pages.PAGE_MILLISECONDS, highest=_LONGEST_PAGE_MILLISECONDS
    )
    most_per_minute = Whole(
        load_default=None,
        allow_none=True,
        lowest=1,
        highest=1_000_000,
        metadata={"description": "requests to a network, then 429; null: any number"},
    )


@blueprint.post("/transactions")
@blueprint.arguments(TransactionSchema)
@blueprint.response(201, KnownTransactionSchema)
def add(sent: dict[str, Any]) -> object:
    """Let a network know a new transaction."""
    desk = pages.desk()
    with desk.database.write() as connection:
        number = transactions.add(connection, sent, desk.clock())
        return transactions.find(connection, sent["network"], number)


@blueprint.post("/transactions/<network>/<int:number>")
@blueprint.arguments(ChangeSchema)
@blueprint.response(200, KnownTransactionSchema)
def change(sent: dict[str, Any], network: str, number: int) -> object:
    """Approve, decline or amend a transaction."""
    desk = pages.desk()
    with desk.database.write() as connection:
        transactions.change(connection, network, number, sent, desk.clock())
        return transactions.find(connection, network, number)


@blueprint.delete("/transactions")
@blueprint.response(204)
def forget() -> Response:
    """Forget every transaction, made up or not."""
    with pages.desk().database.write() as connection:
        transactions.forget(connection)
    return Response(status=204)


@blueprint.put("/made-up")
@blueprint.arguments(MadeUpSchema)
@blueprint.response(204)
def make_up(sent: dict[str, Any]) -> Response:
    """Let a network have so many pending transactions that are stored nowhere."""
    desk = pages.desk()
    network, ordered_at = sent.pop("network"), sent["ordered_at"] or desk.clock()
    made_up = MadeUp(**{**sent, "ordered_at": as_text(ordered_at)})
    with desk.database.write() as connection:
        transactions.make_up(connection, network, made_up)
    return Response(status=204)


@blueprint.put("/pace")
@blueprint.arguments(PaceSchema)
@blueprint.response(200, PaceSchema)
def set_pace(sent: dict[str, Any]) -> object:
    """Say how long a page takes, and how many requests a minute are answered."""
    pace = pages.desk().pace
    pace.page_milliseconds, pace.most_per_minute = (
        sent["page_milliseconds"],
        sent["most_per_minute"],
    )
    return pace
