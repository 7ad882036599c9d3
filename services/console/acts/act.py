"""An act: what it asks for, whom it calls with it, and where the clerk goes afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.console.acts.fields import Field
from services.console.desk import Desk

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """One performance of an act: by whom, on what, with which values, under which id."""

    desk: Desk
    act_id: str
    clerk: str
    targets: Mapping[str, str]
    values: Values

    def call(self, service: str, method: str, path: str, **options: Any) -> Any:
        """Call a service under this act's id; raises Refused, CallFailed."""
        where = path.format(**self.targets) if self.targets else path
        return self.desk.neighbours.act(service, method, where, act_id=self.act_id, **options)


Do = Callable[[Doing], Any]
# The page to go to: its endpoint and what it needs, from the targets and the values.
Back = Callable[[Doing], tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table."""

    name: str
    title: str
    do: Do
    back: Back
    targets: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    button: str = ""
    warning: str = ""
    is_final: bool = False
    # Facts of what it is done to: service, path and the fields to show.
    about: tuple[str, str, tuple[str, ...]] | None = None
    # Says what it would do, and changes nothing.
    preview: Do | None = None
    # Its answer holds a secret that is shown this once, in place of going back.
    shows_answer: bool = False
    # Says of its answer what is still to come; "" when all is done.
    waits: Callable[[Any], str] = field(default=lambda _answer: "")
    subject: Callable[[Doing], str] = field(default=lambda doing: " ".join(doing.targets.values()))

    @property
    def rule(self) -> str:
        """Answer its address: `/acts/held-release/<uuid:receipt_id>`."""
        return "/".join([f"/acts/{self.name}", *(f"<{target}>" for target in self.targets)])


def calling(
    service: str, path: str, *, method: str = "POST", by: str | None = "clerk", **fixed: object
) -> Do:
    """Answer how to send an act's values as JSON, with the clerk's name where the API keeps it."""

    def do(doing: Doing) -> Any:
        sent = {**doing.values, **fixed}
        if by is not None:
            sent[by] = doing.clerk
        return doing.call(service, method, path, json=sent)

    return do


def pressing(service: str, path: str) -> Do:
    """Answer how to call a route that takes nothing; the reason stays in our own log."""
    return lambda doing: doing.call(service, "POST", path)


def to(endpoint: str, *names: str, **fixed: str) -> Back:
    """Answer the way back to a page that needs these targets or values."""

    def back(doing: Doing) -> tuple[str, dict[str, str]]:
        known = {**doing.values, **doing.targets}
        return endpoint, {**{name: str(known[name]) for name in names}, **fixed}

    return back
