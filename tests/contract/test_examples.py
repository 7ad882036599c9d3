"""Each valid sample passes its schema and each invalid one fails it, in two validators."""

from hashlib import sha256
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from shared import contracts
from shared.events import open_envelope
from tests.contract import samples

FEWEST_INVALID = 3


@pytest.mark.parametrize("path", samples.all_samples("valid"), ids=samples.title)
def test_valid_sample_may_be_said(path: Path) -> None:
    """INVARIANT: what was valid stays valid. A removed, renamed or narrowed field breaks it."""
    message = samples.read(path)
    contracts.check(message["type"], message["data"])
    jsonschema.validate(message["data"], samples.schema(message["type"]))


@pytest.mark.parametrize("path", samples.all_samples("invalid"), ids=samples.title)
def test_invalid_sample_is_refused(path: Path) -> None:
    """INVARIANT: what was once refused stays refused. A widened field breaks it."""
    message = samples.read(path)
    with pytest.raises(contracts.ContractBroken):
        contracts.check(message["type"], message["data"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(message["data"], samples.schema(message["type"]))


@pytest.mark.parametrize("path", samples.all_samples("valid"), ids=samples.title)
def test_valid_sample_travels_in_the_envelope(path: Path) -> None:
    """The envelope fits its own schema, and the kit can open it."""
    message = samples.read(path)
    jsonschema.validate(message, samples.schema("envelope"))
    envelope = open_envelope(path.read_bytes())
    assert (envelope.type, envelope.aggregate_id) == (message["type"], message["aggregate_id"])


@pytest.mark.parametrize("path", samples.sample_paths("envelope", "valid"), ids=samples.title)
def test_valid_envelope_passes(path: Path) -> None:
    """Both validators accept it."""
    jsonschema_rs.validate(samples.schema("envelope"), samples.read(path))
    jsonschema.validate(samples.read(path), samples.schema("envelope"))


@pytest.mark.parametrize("path", samples.sample_paths("envelope", "invalid"), ids=samples.title)
def test_invalid_envelope_fails(path: Path) -> None:
    """Both validators refuse it."""
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(samples.schema("envelope"), samples.read(path))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(samples.read(path), samples.schema("envelope"))


@pytest.mark.parametrize("event_type", samples.EVENT_TYPES)
def test_every_event_has_samples_of_both_kinds(event_type: str) -> None:
    """An event nobody has shown is an event nobody has tried."""
    assert samples.sample_paths(event_type, "valid")
    assert len(samples.sample_paths(event_type, "invalid")) >= FEWEST_INVALID


@pytest.mark.parametrize("event_type", samples.EVENT_TYPES)
def test_schema_is_strict(event_type: str) -> None:
    """A schema is a valid one, names all its fields, requires them and allows no other.

    A field that came later is missing in old messages: its schema says what that means.
    """
    schema = samples.schema(event_type)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["required"] == [
        name for name, one in schema["properties"].items() if "default" not in one
    ]
    assert schema["title"]
    assert schema["description"]


def test_samples_belong_to_known_events() -> None:
    """No folder of samples without its schema."""
    folders = {path.name for path in samples.EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {f"{name}.v1" for name in [*samples.EVENT_TYPES, "envelope"]}


@pytest.mark.parametrize(
    "path", [*samples.all_samples("valid"), *samples.all_samples("invalid")], ids=samples.title
)
def test_sample_says_its_own_type(path: Path) -> None:
    """A sample lies in the folder of its type, and its aggregate is the one the map names."""
    message = samples.read(path)
    assert path.parts[-3] == f"{message['type']}.v{message['schema']}"


def test_valid_samples_are_only_ever_added() -> None:
    """INVARIANT: what was once said on a topic is still there to be read, unchanged.

    A new sample is listed by `cd contracts/examples && sha256sum */valid/*.json > frozen.sha256`;
    a line that changes or goes in that diff breaks readers of old messages.
    """
    lines = (samples.EXAMPLES / "frozen.sha256").read_text().splitlines()
    frozen = {name: digest for digest, name in (line.split() for line in lines)}
    found = {
        path.relative_to(samples.EXAMPLES).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in samples.EXAMPLES.glob("*/valid/*.json")
    }
    assert found == frozen
