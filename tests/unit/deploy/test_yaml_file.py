"""What clerks set by YAML files goes to the services as it is written, or is refused here."""

from pathlib import Path

import click
import pytest

from deploy.cli import yaml_file


def test_a_moment_stays_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text("is_on: false\nvalid_from: 2026-11-23T00:00:00+03:00\nsettings: {times: 2}\n")
    assert yaml_file.read(file) == {
        "is_on": False,
        "valid_from": "2026-11-23T00:00:00+03:00",
        "settings": {"times": 2},
    }


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"settings:\n  times: 2\n  times: 3\n", "line 2: a name is given twice"),
        (b"settings: [\n", "line 2: "),
        (b"times\n", "no names and values"),
        (b"", "no names and values"),
        (b"reason: \xff\n", "in UTF-8"),
        (b"all: &all\n  more: *all\n", "that JSON can say"),
        (b"rate: !!float .inf\n", "that JSON can say"),
        (b"codes: !!set {A, B}\n", "that JSON can say"),
        (b"? [a, b]\n: c\n", "unhashable key"),
        (b"[" * 5_000, "that JSON can say"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence(
    tmp_path: Path, written: bytes, says: str
) -> None:
    file = tmp_path / "rule.yaml"
    file.write_bytes(written)
    with pytest.raises(click.ClickException) as refused:
        yaml_file.read(file)
    assert says in refused.value.message
    assert str(file) in refused.value.message
