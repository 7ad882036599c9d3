"""The HTTP edge of passwords: the rules, for a page that shows them."""

from typing import Any

from marshmallow import Schema, fields

from services.members.front import for_the_site_alone
from services.members.passwords.rules import LONGEST, SENTENCES, SHORTEST, Rule
from shared.web import Blueprint

blueprint = Blueprint("passwords", __name__, description="Which passwords are good enough.")
blueprint.before_request(for_the_site_alone)


class PasswordRuleSchema(Schema):
    """A rule, by its name for programs and in a sentence."""

    rule = fields.Enum(Rule, by_value=True)
    sentence = fields.String()


class PasswordRulesSchema(Schema):
    """What a password must be."""

    shortest = fields.Integer()
    longest = fields.Integer()
    rules = fields.List(fields.Nested(PasswordRuleSchema))


@blueprint.get("/password-rules")
@blueprint.response(200, PasswordRulesSchema)
def rules() -> dict[str, Any]:
    """Answer the rules of passwords, in the order in which they are shown."""
    shown = [{"rule": rule, "sentence": SENTENCES[rule]} for rule in Rule]
    return {"shortest": SHORTEST, "longest": LONGEST, "rules": shown}
