"""`cashback payout check-manifest` ends with a sentence, whatever stands in the folder."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli.payout.manifest import check_manifest

NESTED = "[" * 100_000


@pytest.mark.parametrize("text", ["", "[]", "not json", NESTED, "\xff"])
def test_a_file_that_is_no_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    (tmp_path / "manifest-keys.json").write_text("{}")
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, "manifest.json" in done.output) == (1, True)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": {"a": 7}}, {"keys": None}])
def test_keys_that_are_none_break_the_signature_and_nothing_else(
    tmp_path: Path, keys: object
) -> None:
    signed = {"manifest": {}, "sha256": "", "key_id": "a", "signature": ""}
    (tmp_path / "manifest.json").write_text(json.dumps(signed))
    (tmp_path / "manifest-keys.json").write_text(json.dumps(keys))
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, "BROKEN signature" in done.output) == (1, True)
