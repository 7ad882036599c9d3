"""Profiles over HTTP: which formats are spoken here, and the operator's own ones."""

from flask import Response, request
from marshmallow import fields, validate
from sqlalchemy import Engine

from services.partner_postback.api.names import check_name
from services.partner_postback.api.schemas import FormatListSchema, FormatSchema
from services.partner_postback.formats import Format, built_in, of_profile
from services.partner_postback.formats.profile import WrongProfile, load
from services.partner_postback.partners import Directory
from services.partner_postback.store import profiles as profile_queries
from shared.body import whole_body
from shared.clock import Clock
from shared.identity import Access
from shared.problems import problem
from shared.schemas import StrictSchema
from shared.web import Blueprint


class ReservedName(Exception):
    """The name belongs to a format that comes with the code."""

    code = "reserved_name"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} comes with the programme: give your profile another name.")


class PutQuerySchema(StrictSchema):
    """How a profile is put."""

    dry_run = fields.String(
        load_default="false",
        validate=validate.OneOf(["true", "false"]),
        metadata={"description": "true: it is only checked"},
    )


def blueprint(engine: Engine, access: Access, directory: Directory, clock: Clock) -> Blueprint:
    """Build the routes of profiles."""
    profiles = Blueprint("profiles", __name__, description="How partners say things; for clerks.")

    @profiles.before_request
    def only_operators() -> None:
        access.require_operator(request)

    @profiles.get("/profiles")
    @profiles.response(200, FormatListSchema)
    def list_profiles() -> object:
        """List every format that partners may be allowed to send."""
        return {"data": [_shown(one) for one in directory.formats().values()]}

    @profiles.put("/profiles/<name>")
    @profiles.arguments(PutQuerySchema, location="query")
    @profiles.response(200, FormatSchema)
    def put_profile(asked: dict[str, str], name: str) -> object:
        """Add or change a profile, sent as YAML or JSON; with `?dry_run=true` it is only checked.

        It counts from the next second on, for requests that are held already too.
        """
        check_name("name", name)
        if name in built_in():
            raise ReservedName(name)
        spoken = of_profile(load(name, whole_body()))
        assert spoken.profile is not None
        if asked["dry_run"] == "false":
            with engine.begin() as connection:
                profile_queries.add(
                    connection, name, spoken.version, spoken.profile.document, clock()
                )
            directory.forget()
        return _shown(spoken)

    return profiles


def refuse_wrong(wrong: WrongProfile) -> Response:
    """Answer a profile that cannot be used, each field named."""
    return problem(422, wrong.code, str(wrong), errors=wrong.faults)


def _shown(spoken: Format) -> dict[str, object]:
    return {
        "name": spoken.name,
        "version": spoken.version,
        "about": spoken.profile.about if spoken.profile else "our own format",
        "security": spoken.security.value,
        "is_built_in": spoken.name in built_in(),
    }


REFUSALS: dict[type[Exception], int] = {ReservedName: 409}
