"""The rules against fraud over HTTP."""

from typing import Any

from flask import request
from marshmallow import Schema, fields
from sqlalchemy import Engine, RowMapping

from services.partner_postback.api.names import check_name
from services.partner_postback.fraud.schema import RuleSchema
from services.partner_postback.store.holds import rules as rule_queries
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Moment
from shared.web import Blueprint


class UnknownRule(Exception):
    """There is no such rule."""

    code = "unknown_rule"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no rule {name[:64]!r}. GET /fraud-rules lists them.")


class KnownRuleSchema(RuleSchema):
    """A rule as it is kept."""

    name = fields.String()
    changed_at = Moment()


class RuleListSchema(Schema):
    """Every rule by name, on or off."""

    data = fields.List(fields.Nested(KnownRuleSchema))


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes of the rules."""
    fraud = Blueprint("fraud", __name__, description="Rules against fraud; for clerks.")

    @fraud.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @fraud.get("/fraud-rules")
    @fraud.response(200, RuleListSchema)
    def list_rules() -> object:
        """List the rules, on or off."""
        with engine.connect() as connection:
            return {"data": rule_queries.rules(connection)}

    @fraud.get("/fraud-rules/<name>")
    @fraud.response(200, KnownRuleSchema)
    def read_rule(name: str) -> object:
        """Read a rule."""
        return _rule(name)

    @fraud.put("/fraud-rules/<name>")
    @fraud.arguments(RuleSchema)
    @fraud.response(200, KnownRuleSchema)
    def put_rule(sent: dict[str, Any], name: str) -> object:
        """Set a rule: it looks at what is first recorded from now on.

        It holds what it suspects, with the code `suspected_fraud` and its name on the receipt, and
        never refuses. What it held before is tried again.
        """
        check_name("name", name)
        with engine.begin() as connection:
            rule_queries.put(connection, name, sent, clock())
        return _rule(name)

    @fraud.delete("/fraud-rules/<name>")
    @fraud.response(204)
    def delete_rule(name: str) -> None:
        """Delete a rule; what it held is tried again."""
        with engine.begin() as connection:
            if not rule_queries.delete(connection, name, clock()):
                raise UnknownRule(name)

    def _rule(name: str) -> RowMapping:
        with engine.connect() as connection:
            found = rule_queries.rules(connection, name)
        if not found:
            raise UnknownRule(name)
        return found[0]

    return fraud


REFUSALS: dict[type[Exception], int] = {UnknownRule: 404}
