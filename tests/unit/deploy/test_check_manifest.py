"""`cashback payout check-manifest` ends with a sentence, whatever stands in the folder."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli.payout.manifest import check_manifest
from shared.signed import Signer, canonical

NESTED = "[" * 100_000


@pytest.mark.parametrize("text", ["", "[]", "not json", NESTED, "\xff"])
def test_a_file_that_is_no_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    (tmp_path / "manifest-keys.json").write_text("{}")
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, "manifest.json" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("written", "says"), [(None, "No such file"), ("", "is empty"), ("{", "holds no JSON")]
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, written: str | None, says: str
) -> None:
    if written is not None:
        (tmp_path / "manifest.json").write_text(written)
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, says in done.output) == (1, True)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (None, "payouts.csv cannot be read: No such file"),
        (["p,m,g,top_up,7", "q,m,g,top_up,1"], "2 of 8 points, the manifest 1 of 7"),
        (["p,m,g,top_up,8"], "1 of 8 points"),
        (["p,m,g,certificate,7"], "A line of payouts.csv is another"),
        (["p,m,g,top_up,seven"], "payouts.csv is no list of payouts"),
    ],
)
def test_a_list_that_is_not_the_manifests_says_in_what(
    tmp_path: Path, rows: list[str] | None, says: str
) -> None:
    plan_hash = sha256(bytes(32) + b"p,m,g,top_up,7").hexdigest()
    told = {"payouts": 1, "points": 7, "plan_hash": plan_hash}
    (tmp_path / "manifest.json").write_text(json.dumps({"manifest": told}))
    (tmp_path / "manifest-keys.json").write_text("{}")
    if rows is not None:
        lines = ["payout_id,member_id,goal_id,kind,amount", *rows]
        (tmp_path / "payouts.csv").write_text("\n".join(lines) + "\n")
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, says in done.output) == (1, True), done.output


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": {"a": 7}}, {"keys": None}])
def test_keys_that_are_none_break_the_signature_and_nothing_else(
    tmp_path: Path, keys: object
) -> None:
    signed = {"manifest": {}, "sha256": "", "key_id": "a", "signature": ""}
    (tmp_path / "manifest.json").write_text(json.dumps(signed))
    (tmp_path / "manifest-keys.json").write_text(json.dumps(keys))
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, "BROKEN signature" in done.output) == (1, True)


def test_a_byte_that_changes_nothing_of_what_it_tells_is_found(tmp_path: Path) -> None:
    signer = Signer([bytes(32)])
    told = {"payouts": 0, "points": 0, "plan_hash": bytes(32).hex()}
    signed = canonical(signer.envelope("manifest", told))
    (tmp_path / "manifest-keys.json").write_bytes(canonical({"keys": signer.public_keys}))
    (tmp_path / "payouts.csv").write_text("payout_id,member_id,goal_id,kind,amount\n")
    (tmp_path / "manifest.json").write_bytes(signed)
    assert CliRunner().invoke(check_manifest, [str(tmp_path)]).exit_code == 0
    (tmp_path / "manifest.json").write_bytes(signed.replace(b":", b": ", 1))
    done = CliRunner().invoke(check_manifest, [str(tmp_path)])
    assert (done.exit_code, "BROKEN spelling" in done.output) == (1, True)
    assert "BROKEN signature" not in done.output
