"""A partner's profile: how it says things, as data. A new network is such a file, and no code.

`load` takes the YAML or JSON of a profile and answers it ready for use; what is wrong is refused
with each field named. What every part means stands in the README of `networks/`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml
from marshmallow import ValidationError

from services.partner_postback.domain.algebra import Says
from services.partner_postback.formats.profile.schema import ProfileSchema
from shared.problems import field_faults

# The fields of a message that a profile can place, in the order in which faults are told.
FIELDS = (
    "order_id", "click_id", "line_id", "action", "event_id", "status", "amount", "amount_left",
    "change", "quantity", "currency", "category", "ordered_at", "status_at", "reason", "lines",
    "buyer_address",
)  # fmt: skip
LARGEST_PROFILE_BYTES = 64 * 1024


class WrongProfile(ValueError):
    """The profile cannot be used; `faults` names each field that is wrong."""

    code = "invalid_fields"

    def __init__(self, faults: Iterable[Mapping[str, str]]) -> None:
        self.faults = list(faults)
        said = (f"{one['field'] or 'profile'}: {one['message']}" for one in self.faults)
        super().__init__("; ".join(said))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one field stands: under one of its names, else what another field or a default says.

    `joined`: names whose values are one together; `when`: in which records the place counts at all.
    """

    names: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: bool = False
    default: str | None = None
    otherwise: str | None = None
    longest: int | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender wants to hear whatever the verdict; the receipt still tells the truth."""

    status: int
    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How records lie in a file: rows of CSV, or elements of XML."""

    kind: str
    record: str = ""
    namespace: str = ""


@dataclass(frozen=True)
class Profile:
    """How one network or partner says things."""

    name: str
    about: str
    fields: Mapping[str, Place]
    words: Mapping[str, Says]
    document: Mapping[str, Any]
    envelope: str = "parameters"
    security: str = "key"
    key_names: tuple[str, ...] = ("token",)
    decimal: str = "dot"
    cuts_decimals: bool = False
    moments: tuple[str, ...] = ("rfc3339",)
    zone: str = "UTC"
    negative_comes_back: bool = False
    checked_amounts: tuple[str, ...] = ()
    defaults_when: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    not_counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    macros: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[str, ...] = ()
    blank_is_refused: bool = False
    ignored: frozenset[str] = frozenset()
    refuses_unknown: bool = False
    answer: Answer | None = None
    file: FileLayout | None = None
    only_first_counts: bool = False
    ignores_click: bool = False

    @cached_property
    def version(self) -> str:
        """Name exactly this content: a receipt says by which profile it was read."""
        return hashlib.sha256(json.dumps(self.document, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def names(self) -> dict[str, str]:
        """Answer what the partner calls our fields, for faults."""
        called = {ours: (*one.names, *one.joined) for ours, one in self.fields.items()}
        return {ours: names[0] for ours, names in called.items() if names}

    @cached_property
    def used(self) -> frozenset[str]:
        """Answer the names whose values say something here."""
        places = self.fields.values()
        placed = (name for one in places for name in (*one.names, *one.joined, *one.when))
        asked = (*self.not_counted, *self.defaults_when, *self.checked_amounts)
        return frozenset({*placed, *asked})

    @cached_property
    def conditional(self) -> bool:
        """Tell whether any field is there in some records only."""
        return any(one.when for one in self.fields.values())

    @cached_property
    def needed(self) -> tuple[tuple[str, Place], ...]:
        """Answer the fields that must be there, or have another one's text when they are not."""
        fields = self.fields.items()
        return tuple(
            # Without a number of its own every order would be one and the same.
            (ours, one)
            for ours, one in fields
            if one.required or one.otherwise or ours == "order_id"
        )

    @cached_property
    def known(self) -> frozenset[str]:
        """Answer every name that a record may have."""
        return frozenset({*self.used, *self.key_names, *self.ignored})

    @cached_property
    def unreplaced(self) -> re.Pattern[str] | None:
        """Answer what finds a macro that the network left as it was, anywhere in a value."""
        ends = ((re.escape(opening), re.escape(closing)) for opening, closing in self.macros)
        shapes = [rf"{opening}[\w.:-]{{1,50}}?{closing}" for opening, closing in ends]
        return re.compile("|".join(shapes)) if shapes else None


def load(name: str, text: str | bytes) -> Profile:
    """Answer the profile of a YAML or JSON text; raises WrongProfile."""
    if len(text) > LARGEST_PROFILE_BYTES:
        why = f"A profile has at most {LARGEST_PROFILE_BYTES} bytes."
        raise _not_a_profile(why)
    try:
        document = yaml.load(text, _PlainLoader)  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as fault:
        why = f"It is no YAML: {' '.join(str(fault).split())[:300]}."
        raise _not_a_profile(why) from None
    return of_document(name, document)


_NO_TEXTS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


class _PlainLoader(yaml.SafeLoader):
    """Refuses what YAML forgives: aliases, tags, and a name given twice, of which the last wins.

    Ten short lines of aliases can stand for a gigabyte of data; tags make what is no JSON, such as
    bytes and sets. Of words only `true` and `false` are more than texts: `no` is a status
    somewhere.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in yaml
        first: [(tag, shape) for tag, shape in some if tag not in _NO_TEXTS]
        for first, some in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not accepted", mark)
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.tag is not None:
            why = "tags are not accepted"
            raise yaml.composer.ComposerError(None, None, why, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as in yaml
        found = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            mark = node.start_mark
            raise yaml.constructor.ConstructorError(None, None, "a name is given twice", mark)
        return found


_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), ["t", "f"]
)


def of_document(name: str, document: object) -> Profile:
    """Answer the profile of what was read from YAML or JSON; raises WrongProfile."""
    if not isinstance(document, dict):
        why = "A profile is a mapping of its parts."
        raise _not_a_profile(why)
    try:
        sent = ProfileSchema().load(document)
    except ValidationError as fault:
        raise WrongProfile(field_faults(fault.messages)) from None
    return Profile(name=name, document=document, **_parts(sent))


def _parts(sent: dict[str, Any]) -> dict[str, Any]:
    fields, words = sent.pop("fields"), sent.pop("words")
    security, answer, file = sent.pop("security"), sent.pop("answer"), sent.pop("file")
    return {
        **_frozen(sent),
        "fields": {ours: Place(**_frozen(fields[ours])) for ours in FIELDS if ours in fields},
        "words": {word: Says(says) for word, says in words.items()},
        "security": security["kind"],
        "key_names": tuple(security["names"]),
        "ignored": frozenset(sent["ignored"]),
        "answer": answer and Answer(**answer),
        "file": file and FileLayout(**file),
    }


def _frozen(sent: Any) -> Any:
    """Answer the same with tuples for lists."""
    if isinstance(sent, dict):
        return {name: _frozen(one) for name, one in sent.items()}
    return tuple(_frozen(one) for one in sent) if isinstance(sent, list) else sent


def _not_a_profile(why: str) -> WrongProfile:
    return WrongProfile([{"field": "", "message": why}])
