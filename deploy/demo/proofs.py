"""A proof is downloaded, checked with nothing but the file, then broken by one byte and refused."""

import json

from deploy.demo.calls import ask
from deploy.demo.purchases import Scene
from deploy.proof.check import Finding, check
from shared.http_client import HttpClient

_PARTS = 9
_SHA256_DIGITS = 64


def tell(scene: Scene) -> None:
    """Let Member 2 prove a bonus that was paid out, and somebody tamper with the file."""
    scene.narrator.chapter("A proof")
    member = scene.second
    spent = next(one for one in member.bonuses() if one["status"] == "written_off")
    # A neighbour that was killed a moment ago leaves its part open: then it is asked for again.
    file = scene.narrator.eventually(
        lambda: member.proof_of(spent["bonus_id"]), lambda told: b'"unavailable"' not in told
    )
    keys = ask(HttpClient(scene.clerk.system.urls["bonus_status"]), "/proof-keys")["keys"]
    says = f"Member 2 downloads the proof of a bonus of {spent['amount']} points: {len(file)} bytes"
    scene.narrator.tell(says)
    findings = check(file, keys)
    for one in findings:
        scene.narrator.tell(f"  {one.part}: {one.says}")
    held = [one.part for one in findings if one.holds]
    scene.narrator.expect("checked offline, every part holds", len(held), _PARTS)
    _shows_the_way(scene, file)
    changed = _with_one_byte_changed(file, spent["amount"])
    broken = _broken(check(changed, keys))
    scene.narrator.expect(
        "one byte is changed, a digit of its points: refused",
        broken,
        ["file", "signature", "changes", "computation", "postings"],
    )


def _shows_the_way(scene: Scene, file: bytes) -> None:
    proof = json.loads(file)["proof"]
    receipts = proof["purchase"].get("receipts", [])
    hashes = [len(one["raw"]["body_sha256"]) for one in receipts]
    says = "it names the partner's receipts by the hash of their bytes"
    scene.narrator.expect(says, set(hashes), {_SHA256_DIGITS})
    payouts = [one["operator"] for one in proof["payouts"]]
    named = [one["state"] for one in payouts if one.get("operator_reference")]
    scene.narrator.expect("and the operator's reference of the top-up", named, ["settled"])


def _with_one_byte_changed(file: bytes, amount: int) -> bytes:
    """Change the last digit of what the bonus is worth, where the proof states it first."""
    place = file.index(b'"bonus":{')
    place = file.index(f'"amount":{amount},'.encode(), place) + len(f'"amount":{amount}') - 1
    changed = bytearray(file)
    changed[place] ^= 1
    return bytes(changed)


def _broken(findings: list[Finding]) -> list[str]:
    return [one.part for one in findings if not one.holds]
