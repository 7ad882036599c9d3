"""Acts on the clerks themselves: in our own tables, by an admin."""

from typing import Any

from services.console.acts.act import Act, Doing, to
from services.console.acts.fields import REASON, Field
from services.console.clerks import api, store
from services.console.clerks.domain import Role, is_name
from services.console.neighbours import Refused
from shared.pages.words import marked

_ROLE = Field(
    "role",
    marked("Role"),
    "choice",
    choices=tuple((one.value, marked(one.value)) for one in Role),
)


class RefusedHere(Refused):
    """Our own refusal, told like a service's."""

    def __init__(self, detail: str, *, code: str, field: str = "") -> None:
        self.status, self.code, self.detail = 422, code, detail
        self.faults = [(field, detail)]
        Exception.__init__(self, detail)


def _add(doing: Doing) -> Any:
    name = str(doing.values["name"])
    if not is_name(name):
        detail = "Use a-z, 0-9 and hyphens, at most 64."
        raise RefusedHere(detail, code="wrong_name", field="name")
    told, kept = api.new_secrets(name, doing.desk.sealer)
    try:
        with doing.desk.engine.begin() as connection:
            role = Role(str(doing.values["role"]))
            store.add(connection, name=name, role=role, made_at=doing.desk.clock(), **kept)
    except store.ClerkTaken as taken:
        raise RefusedHere(str(taken), code=taken.code, field="name") from None
    return told


def _renew(doing: Doing) -> Any:
    told, kept = api.new_secrets(doing.targets["name"], doing.desk.sealer)
    _change(doing, lambda connection, name: store.renew(connection, name, **kept))
    return told


def _set_role(doing: Doing) -> Any:
    _not_oneself(doing)
    role = Role(str(doing.values["role"]))
    _change(doing, lambda connection, name: store.set_role(connection, name, role))


def _end(doing: Doing) -> Any:
    _not_oneself(doing)
    _change(doing, store.end)


def _change(doing: Doing, change: Any) -> None:
    try:
        with doing.desk.engine.begin() as connection:
            change(connection, doing.targets["name"])
    except store.UnknownClerk as unknown:
        raise RefusedHere(str(unknown), code=unknown.code) from None


def _not_oneself(doing: Doing) -> None:
    # The last admin would lock everybody out; another one does it.
    if doing.targets["name"] == doing.clerk:
        detail = "Nobody does this to himself: ask another admin."
        raise RefusedHere(detail, code="same_person")


PEOPLE = (
    Act(
        "clerk-add",
        marked("Add a clerk"),
        _add,
        to("clerks"),
        (),
        (
            Field("name", marked("Name"), longest=64, hint=marked("a-z, 0-9 and hyphens")),
            _ROLE,
        ),
        shows_answer=True,
        subject=lambda doing: str(doing.values.get("name", "")),
    ),
    Act(
        "clerk-renew",
        marked("Give new secrets"),
        _renew,
        to("clerks"),
        ("slug:name",),
        (REASON,),
        warning=marked("His password and his authenticator are void at once."),
        shows_answer=True,
    ),
    Act(
        "clerk-role",
        marked("Change the role"),
        _set_role,
        to("clerks"),
        ("slug:name",),
        (_ROLE, REASON),
    ),
    Act(
        "clerk-end",
        marked("Let a clerk in no more"),
        _end,
        to("clerks"),
        ("slug:name",),
        (REASON,),
        is_final=True,
    ),
)
