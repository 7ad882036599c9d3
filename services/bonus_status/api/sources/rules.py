"""The rules of the other sources, for clerks: a changed rule is a new version, kept for ever."""

from typing import Any

import msgspec
from flask import request
from marshmallow import ValidationError
from sqlalchemy import Engine

from services.bonus_status.api.sources import schemas
from services.bonus_status.domain import Source
from services.bonus_status.sources.rules import Rule
from services.bonus_status.store.sources import rules
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Slug
from shared.web import Blueprint


class WrongRuleId(ValueError):
    """The address names something that cannot be a rule's id."""

    code = "invalid_fields"
    field = "rule_id"

    def __init__(self) -> None:
        """Say what can be."""
        super().__init__("rule_id: Use a-z, 0-9 and single hyphens, at most 64 characters.")


REFUSALS: dict[type[Exception], int] = {
    WrongRuleId: 422,
    rules.UnknownRule: 404,
    rules.OtherSource: 409,
    rules.CapBelowGranted: 409,
}


def blueprint(engine: Engine, access: Access, clock: Clock) -> Blueprint:
    """Build the routes."""
    routes = Blueprint("bonus_rules", __name__, description="What gives bonuses beside purchases.")

    @routes.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @routes.get("/bonus-rules")
    @routes.response(200, schemas.RuleListSchema)
    def list_rules() -> object:
        """List the rules, on or off."""
        with engine.connect() as connection:
            return {"data": [_told(one) for one in rules.current(connection, list(Source))]}

    @routes.get("/bonus-rules/<rule_id>")
    @routes.response(200, schemas.RuleHistorySchema)
    def read_rule(rule_id: str) -> object:
        """Answer a rule and its history."""
        return _with_history(rule_id)

    @routes.put("/bonus-rules/<rule_id>")
    @routes.arguments(schemas.NewRuleSchema)
    @routes.response(200, schemas.RuleHistorySchema)
    def put_rule(sent: dict[str, Any], rule_id: str) -> object:
        """Set a rule: a new version, by which is given from now on; what was given stays."""
        try:
            Slug().deserialize(rule_id)
        except ValidationError:
            raise WrongRuleId from None
        with engine.begin() as connection:
            rules.put(connection, rule_id, sent, clock())
        return _with_history(rule_id)

    def _with_history(rule_id: str) -> dict[str, object]:
        with engine.connect() as connection:
            rule = rules.one(connection, rule_id)
            return _told(rule) | {"history": rules.history(connection, rule_id)}

    return routes


def _told(rule: Rule) -> dict[str, object]:
    set_ones = msgspec.structs.asdict(rule.settings)
    blank = msgspec.structs.asdict(type(rule.settings)())
    settings = {name: one for name, one in set_ones.items() if one != blank[name]}
    return msgspec.structs.asdict(rule) | {"settings": settings}
