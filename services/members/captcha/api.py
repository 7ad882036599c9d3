"""The HTTP edge of captchas: the site asks for a challenge to show."""

from typing import Any

from marshmallow import Schema, fields

from services.members.captcha.challenges import Kind
from services.members.captcha.checking import Asked
from services.members.domain import Language
from services.members.front import for_the_site_alone, front, keep_private
from shared.schemas import Moment, StrictSchema
from shared.web import Blueprint

blueprint = Blueprint("captchas", __name__, description="Challenges before each SMS.")
blueprint.before_request(for_the_site_alone)
blueprint.after_request(keep_private)


class WantedCaptchaSchema(StrictSchema):
    """Which kind, and in which language a question is to be."""

    kind = fields.Enum(Kind, by_value=True, load_default=Kind.WORK)
    language = fields.Enum(Language, by_value=True, load_default=Language.RUSSIAN)


class CaptchaSchema(Schema):
    """A challenge: work, with so many leading zero bits of sha256(challenge + answer); or words."""

    kind = fields.Enum(Kind, by_value=True)
    challenge = fields.String()
    difficulty_bits = fields.Integer()
    question = fields.String(allow_none=True)
    ends_at = Moment()


@blueprint.post("/captchas")
@blueprint.arguments(WantedCaptchaSchema)
@blueprint.response(201, CaptchaSchema)
def ask(sent: dict[str, Any]) -> Asked:
    """Make a challenge; it is good once, for ten minutes."""
    here = front()
    return here.captchas.ask(sent["kind"], sent["language"], here.clock())
