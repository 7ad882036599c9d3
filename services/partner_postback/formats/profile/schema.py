"""What a profile may say, checked when it is loaded: unknown parts and wrong values are named."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from services.partner_postback.domain.algebra import Says
from services.partner_postback.formats.profile.checks import faults_of
from shared.schemas import ShortList, StrictSchema, Text, Truth, Whole

_MOST_NAMES = 20
_MOST_WORDS = 100
_NAME = Text(longest=100)
_KEY_NAME = r"[A-Za-z0-9_.-]+\Z"
ENVELOPES = ("parameters", "json", "awin")
SECURITIES = ("key", "tradedoubler_checksum")
DECIMALS = ("dot", "comma", "minor")
FILE_KINDS = ("csv", "xml")


def _names(**options: Any) -> ShortList:
    return ShortList(Text(longest=100), most=_MOST_NAMES, **options)


def _values_by_name(**options: Any) -> fields.Dict:
    """Answer the field of what some names may hold; the empty text: nothing, or no such name."""
    values = ShortList(Text(longest=100, shortest=0), most=_MOST_NAMES, fewest=1)
    return fields.Dict(
        keys=_NAME, values=values, load_default=dict, validate=validate.Length(max=20), **options
    )


class PlaceSchema(StrictSchema):
    """Where one field stands. A single name, or a list of names, is written without the rest."""

    names = _names(
        load_default=(),
        metadata={"description": "its name in the record, then the aliases; only one may be sent"},
    )
    joined = _names(
        load_default=(),
        metadata={"description": "instead: names whose values are one, with a slash between"},
    )
    when = _values_by_name(
        metadata={"description": "the place counts only where these names hold these values"},
    )
    required = Truth(load_default=False)
    default = Text(load_default=None, longest=100)
    otherwise = Text(
        load_default=None,
        metadata={"description": "the field whose value stands for a missing one"},
    )
    longest = Whole(load_default=None, lowest=1, highest=500)
    without = _names(
        load_default=(), metadata={"description": "values that the network forbids here"}
    )

    @pre_load
    def _short_form(self, sent: Any, **_: Any) -> Any:
        if isinstance(sent, str):
            return {"names": [sent]}
        return {"names": sent} if isinstance(sent, list) else sent

    @validates_schema
    def _says_something(self, sent: Mapping[str, Any], **_: Any) -> None:
        is_named = sent["names"] or sent["joined"]
        if not is_named and sent["default"] is None and sent["otherwise"] is None:
            message = "Give it names, a default, or the field that stands for it."
            raise ValidationError(message, "names")
        if sent["names"] and sent["joined"]:
            message = "Either names, of which one is sent, or joined, of which all are."
            raise ValidationError(message, "joined")


class FieldsSchema(StrictSchema):
    """The fields of a message."""

    click_id = fields.Nested(PlaceSchema)
    order_id = fields.Nested(PlaceSchema, required=True)
    line_id = fields.Nested(PlaceSchema)
    action = fields.Nested(PlaceSchema)
    event_id = fields.Nested(PlaceSchema)
    status = fields.Nested(PlaceSchema, required=True)
    amount = fields.Nested(PlaceSchema)
    amount_left = fields.Nested(PlaceSchema)
    change = fields.Nested(PlaceSchema)
    quantity = fields.Nested(PlaceSchema)
    currency = fields.Nested(PlaceSchema)
    category = fields.Nested(PlaceSchema)
    ordered_at = fields.Nested(PlaceSchema)
    status_at = fields.Nested(PlaceSchema)
    reason = fields.Nested(PlaceSchema)
    lines = fields.Nested(PlaceSchema)
    buyer_address = fields.Nested(PlaceSchema)


class SecuritySchema(StrictSchema):
    """How the sender proves itself: by its key in one of these parameters, or by a checksum."""

    kind = Text(load_default="key", validate=validate.OneOf(SECURITIES))
    names = ShortList(
        Text(longest=100, validate=validate.Regexp(_KEY_NAME, error="Use a-z, 0-9, _, . and -.")),
        most=_MOST_NAMES,
        fewest=1,
        load_default=["token"],
    )


class AnswerSchema(StrictSchema):
    """What the sender hears, whatever the verdict."""

    status = fields.Integer(
        strict=True, load_default=200, validate=validate.OneOf([200, 201, 202, 204])
    )
    body = Text(load_default="", longest=1_000, shortest=0)
    content_type = Text(
        load_default="text/plain; charset=utf-8",
        longest=100,
        validate=validate.Regexp(r"[\x20-\x7e]+\Z", error="Use printable ASCII."),
    )

    @validates_schema
    def _has_content(self, sent: Mapping[str, Any], **_: Any) -> None:
        if sent["status"] == HTTPStatus.NO_CONTENT and sent["body"]:
            message = "An answer 204 has no body."
            raise ValidationError(message, "body")


class FileSchema(StrictSchema):
    """How records lie in a file."""

    kind = Text(required=True, validate=validate.OneOf(FILE_KINDS))
    record = Text(load_default="", longest=100, shortest=0)
    namespace = Text(load_default="", longest=300, shortest=0)

    @validates_schema
    def _names_its_element(self, sent: Mapping[str, Any], **_: Any) -> None:
        if sent["kind"] == "xml" and not sent["record"]:
            message = "An XML file needs the name of the element that holds one record."
            raise ValidationError(message, "record")


class ProfileSchema(StrictSchema):
    """A profile."""

    about = Text(required=True, longest=500)
    envelope = Text(load_default="parameters", validate=validate.OneOf(ENVELOPES))
    security = fields.Nested(SecuritySchema, load_default=lambda: SecuritySchema().load({}))
    fields_ = fields.Nested(FieldsSchema, required=True, data_key="fields", attribute="fields")
    words = fields.Dict(
        keys=_NAME,
        values=Text(validate=validate.OneOf([one.value for one in Says])),
        required=True,
        validate=validate.Length(min=1, max=_MOST_WORDS),
    )
    decimal = Text(load_default="dot", validate=validate.OneOf(DECIMALS))
    cuts_decimals = Truth(load_default=False)
    moments = ShortList(Text(longest=50), most=5, fewest=1, load_default=["rfc3339"])
    zone = Text(load_default="UTC", longest=50)
    negative_comes_back = Truth(load_default=False)
    checked_amounts = _names(load_default=[])
    defaults_when = fields.Dict(
        keys=_NAME,
        values=fields.Dict(
            keys=Text(longest=100, shortest=0),
            values=fields.Dict(
                keys=Text(validate=validate.OneOf(FieldsSchema().fields)),
                values=Text(longest=100),
            ),
            validate=validate.Length(min=1, max=_MOST_NAMES),
        ),
        load_default=dict,
        validate=validate.Length(max=20),
    )
    not_counted = _values_by_name()
    macros = ShortList(ShortList(Text(longest=10), most=2, fewest=2), most=5, load_default=[])
    forbidden = _names(load_default=[])
    blank_is_refused = Truth(load_default=False)
    ignored = ShortList(Text(longest=100), most=200, load_default=[])
    refuses_unknown = Truth(load_default=False)
    answer = fields.Nested(AnswerSchema, load_default=None, allow_none=True)
    file = fields.Nested(FileSchema, load_default=None, allow_none=True)
    only_first_counts = Truth(load_default=False)
    ignores_click = Truth(load_default=False)

    @validates_schema
    def _is_whole(self, sent: Mapping[str, Any], **_: Any) -> None:
        if faults := faults_of(sent):
            raise ValidationError(faults)
