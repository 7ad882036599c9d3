"""The shapes of what is asked about files, and of the answers."""

from marshmallow import Schema, fields, validate

from services.partner_postback.files.rows import ROWS_IN_A_CHUNK
from services.partner_postback.verdicts import Verdict
from shared.problems import FaultSchema, ProblemSchema
from shared.schemas import Moment, Slug, StrictSchema, Text, WholeInQuery

_VERDICTS = [one.value for one in Verdict]


class NewFileSchema(StrictSchema):
    """How an uploaded file is to be read, and whose it is."""

    profile = Slug(required=True, metadata={"description": "a profile with a `file` part"})
    partner_id = Slug(load_default=None, metadata={"description": "for clerks: whose file it is"})
    dry_run = fields.String(
        load_default="false",
        validate=validate.OneOf(["true", "false"]),
        metadata={
            "description": "true: only the report is made, nothing else changes. Each "
            f"{ROWS_IN_A_CHUNK} rows are tried by themselves and do not see what others would do"
        },
    )
    name = Text(load_default="", shortest=0, metadata={"description": "for people"})


class CountSchema(Schema):
    """How many rows had one verdict and code."""

    verdict = fields.String(validate=validate.OneOf(_VERDICTS))
    code = fields.String()
    rows = fields.Integer()


class FileSchema(Schema):
    """A file, and how far it is."""

    file_id = fields.UUID()
    partner_id = fields.String()
    profile = fields.String()
    profile_version = fields.String()
    content_hash = fields.String(metadata={"description": "SHA-256 of the unpacked file"})
    name = fields.String()
    size_bytes = fields.Integer(metadata={"description": "unpacked"})
    rows = fields.Integer()
    applied_rows = fields.Integer(metadata={"description": "how many have their verdict"})
    state = fields.String(validate=validate.OneOf(["taken_in", "applying", "finished"]))
    is_dry_run = fields.Boolean()
    sent_by = fields.String(validate=validate.OneOf(["partner", "clerk"]))
    made_at = Moment()
    finished_at = Moment(allow_none=True)


class KeptFileSchema(FileSchema):
    """A file that was taken in, and where its report is."""

    is_new = fields.Boolean(metadata={"description": "false: the same file was here before"})
    report = fields.String(metadata={"description": "the path of its report"})


class FileReportSchema(FileSchema):
    """A file with its rows counted by what became of them, as they stand now."""

    verdicts = fields.List(fields.Nested(CountSchema))


class FileQuerySchema(StrictSchema):
    """Which files."""

    partner_id = Slug(
        load_default=None, metadata={"description": "for clerks; a partner sees its own"}
    )
    after = fields.UUID(load_default=None)
    limit = WholeInQuery(load_default=50, lowest=1, highest=100)


class FileListSchema(Schema):
    """A page of files, newest first."""

    data = fields.List(fields.Nested(FileSchema))
    next = fields.UUID(allow_none=True, metadata={"description": "`after` of the next page"})


class RowQuerySchema(StrictSchema):
    """Which rows, and how they are written."""

    verdict = fields.String(load_default=None, validate=validate.OneOf(_VERDICTS))
    after = WholeInQuery(load_default=0, metadata={"description": "a row number"})
    limit = WholeInQuery(load_default=100, lowest=1, highest=1_000)
    format = fields.String(
        load_default=None,
        validate=validate.OneOf(["json", "csv"]),
        metadata={"description": "csv, or `Accept: text/csv`: all rows, not a page of them"},
    )


class RowSchema(Schema):
    """The verdict on one row."""

    row_number = fields.Integer(metadata={"description": "from 1, the header not counted"})
    order_id = fields.String()
    line_id = fields.String()
    verdict = fields.String(validate=validate.OneOf(_VERDICTS))
    code = fields.String()
    detail = fields.String()
    field = fields.String(allow_none=True)
    receipt_id = fields.UUID(allow_none=True, metadata={"description": "null: a dry run"})


class RowListSchema(Schema):
    """A page of rows in their order."""

    data = fields.List(fields.Nested(RowSchema))
    next = fields.Integer(
        allow_none=True,
        metadata={"description": "`after` of the next page; null: no more rows have verdicts yet"},
    )


class BrokenFileSchema(ProblemSchema):
    """Why a file was refused as a whole: nothing of it was taken in."""

    line = fields.Integer(metadata={"description": "in the file, from 1"})
    errors = fields.List(fields.Nested(FaultSchema))
