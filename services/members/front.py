"""What the pages' routes share: who may call, for which visitor, and the tools they work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import Engine

from services.members import store
from services.members.captcha.challenges import LONGEST_ANSWER
from services.members.captcha.checking import CaptchaOver, Captchas, TooManyQuestions, WrongCaptcha
from services.members.codes.asking import Post
from services.members.codes.domain import CodeOver, CodeSentJustNow, TooManyCodes, WrongCode
from services.members.entering.devices import Door
from services.members.handlers import MemberBlocked
from services.members.joining.numbers import Numbers
from services.members.passwords.guesses import Guesses
from services.members.passwords.hashing import Hasher
from shared.addresses import address_counted
from shared.clock import Clock
from shared.identity import Access
from shared.schemas import Moment, StrictSchema, Text
from shared.throttle import Throttle

REFUSALS: dict[type[Exception], int] = {
    WrongCaptcha: 422,
    CaptchaOver: 409,
    TooManyQuestions: 429,
    WrongCode: 422,
    CodeOver: 409,
    CodeSentJustNow: 429,
    TooManyCodes: 429,
    MemberBlocked: 409,
    store.PhoneTaken: 409,
    store.EmailTaken: 409,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Front:
    """What the views need, made once per process.

    `strangers`: slows down who guesses at links.
    `first_key_secret`: the first device of a sign-up is drawn from it, to answer a repeat alike.
    """

    engine: Engine
    access: Access
    clock: Clock
    door: Door
    captchas: Captchas
    post: Post
    numbers: Numbers
    hasher: Hasher
    guesses: Guesses
    strangers: Throttle
    first_key_secret: bytes


class Address(fields.String):
    """The network address of a visitor, as it is counted: of IPv6 the first half."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            return address_counted(text)
        except ValueError:
            message = "Give the visitor's IPv4 or IPv6 address."
            raise ValidationError(message) from None


class VisitorSchema(Schema):
    """For whom the site asks: limits count by this address."""

    class Meta:
        """Other headers are none of our business."""

        unknown = EXCLUDE

    address = Address(data_key="X-Visitor-Address", required=True)


class SolvedCaptchaSchema(StrictSchema):
    """A challenge as it was handed out, and what solves it."""

    challenge = Text(longest=200, required=True)
    answer = Text(longest=LONGEST_ANSWER, required=True)


class GivenCodeSchema(StrictSchema):
    """The code that came by SMS or e-mail."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9]{6}$(?!\n)", error="A code has six digits."),
    )


class SentCodeSchema(Schema):
    """What may be told of a code that was sent."""

    ends_at = Moment(metadata={"description": "until when it counts"})
    again_at = Moment(metadata={"description": "from when on another one may be sent"})
    tries_left = fields.Integer()


def front() -> Front:
    """Answer what the app was built with."""
    return cast("Front", current_app.extensions["front"])


def for_the_site_alone() -> None:
    """Let the service that shows the pages pass; raises NotAllowed."""
    # A path holds what resumes a sign-up: the log shows the route instead.
    if request.url_rule is not None:
        g.shown_path = request.url_rule.rule
    front().access.require_service(request)


def keep_private(response: Response) -> Response:
    """Let no cache on the way keep what is somebody's own."""
    response.headers["Cache-Control"] = "no-store"
    return response


def check_captcha(sent: Mapping[str, str], address: str) -> None:
    """See that a captcha is solved, and use it up; raises as `Captchas.check` does."""
    here = front()
    with here.engine.begin() as connection:
        refusal = here.captchas.check(
            connection, sent["challenge"], sent["answer"], address, here.clock()
        )
    committed(refusal)


def committed(answer: T | Exception) -> T:
    """Answer what a transaction came to, or raise what it refused, now that it is committed."""
    if isinstance(answer, Exception):
        raise answer
    return answer
