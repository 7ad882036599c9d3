"""Profiles as they are loaded: what may stand in one, and what is wrong in it is named."""

import json
import re
from typing import Any

import pytest
import yaml
from marshmallow import fields

from services.partner_postback.formats.profile import (
    LARGEST_PROFILE_BYTES,
    WrongProfile,
    load,
)
from services.partner_postback.formats.profile.schema import ProfileSchema
from tests.unit.partner_postback.profiles import DOCUMENT, README, profile


def example() -> str:
    """The README's example of a new network."""
    found = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_readme_is_a_profile() -> None:
    spoken = load("example", example())
    assert spoken.key_names == ("secret",)
    assert spoken.answer
    assert (spoken.answer.status, spoken.answer.body) == (200, "OK")


def _parts(schema: Any) -> set[str]:
    found: set[str] = set()
    for name, one in schema.fields.items():
        found.add(one.data_key or name)
        if isinstance(one, fields.Nested):
            found |= _parts(one.schema)
    return found


def test_the_readme_tells_every_part() -> None:
    told = set(re.findall(r"`(\w+)`", README.read_text()))
    assert _parts(ProfileSchema()) <= told | {"names"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a\n- b", "mapping"),
        ("5", "mapping"),
        ("", "mapping"),
        ("about: [", "no YAML"),
        ("about: x\nabout: y", "given twice"),
        ("a: &b [1]\nc: *b", "aliases"),
        ("about: !!python/object:os.system x", "no YAML"),
        ("about: \x00", "no YAML"),
        (b"\xff\xfe\xff", "no YAML"),
        ("? [a, b]\n: 1", "no YAML"),
        ("[" * 5000, "no YAML"),
        ("a" * (LARGEST_PROFILE_BYTES + 1), "at most"),
    ],
)
def test_what_is_no_profile_is_told(text: str | bytes, why: str) -> None:
    with pytest.raises(WrongProfile) as wrong:
        load("wrong", text)
    assert why in str(wrong.value)


def test_words_of_yaml_are_texts() -> None:
    spoken = load("a", yaml.safe_dump(DOCUMENT) + "forbidden: [no, off, y, 2026-11-23]\n")
    assert spoken.forbidden == ("no", "off", "y", "2026-11-23")


def test_json_is_as_good_as_yaml_and_the_same_version() -> None:
    of_yaml, of_json = load("a", yaml.safe_dump(DOCUMENT)), load("a", json.dumps(DOCUMENT))
    assert of_yaml.version == of_json.version
    assert of_yaml.version != profile(decimal="comma").version
