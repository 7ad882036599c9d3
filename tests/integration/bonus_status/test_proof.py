"""INVARIANT: a downloaded proof holds, and no byte of it can be changed without being found."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.proof.check import check
from shared.signed import Signer, canonical, digest
from tests.integration.bonus_status.api import CLERK, PARTNER, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.proving import SEED, prover_of
from tests.integration.bonus_status.story import Story
from tests.support import bonuses

KEYS = Signer([SEED]).public_keys
Forge = Callable[[dict[str, Any]], None]


def broken(file: bytes) -> set[str]:
    return {one.part for one in check(file, KEYS) if not one.holds}


def download(desk: Desk, bonus_id: str) -> bytes:
    answer = client_of(desk).get(f"/bonuses/{bonus_id}/proof", headers=CLERK)
    assert answer.status_code == 200, answer.text
    return answer.data


@pytest.fixture
def spent(desk: Desk) -> str:
    """A bonus that was reported, approved and spent in part, between others of its member."""
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    line, payout_id = bonuses.new_id(), bonuses.new_id()
    desk.hear(desk.conversion(line))
    desk.earned()
    desk.hear(desk.conversion(line, status="approved"))
    desk.hear(desk.asks(payout_id, amount=100))
    desk.hear(desk.ends(payout_id, "completed", 100))
    return line


def test_a_proof_shows_the_whole_way_and_no_other_bonus(desk: Desk, spent: str) -> None:
    file = download(desk, spent)
    assert broken(file) == set()
    proof = json.loads(file)["proof"]
    statuses = [one["status"] for one in proof["changes"]]
    assert statuses[:2] == ["pending", "accrued"]
    assert proof["computation"]["in_words"].startswith("7 % of 1 099.00 RUB is 76.93 RUB")
    assert sum(one["amount"] for one in proof["payouts"]) == proof["bonus"]["written_off"] > 0
    assert proof["purchase"] == {"unavailable": "no_answer"}
    hidden = [one for one in proof["chain"]["links"] if "message" not in one]
    assert hidden
    others = {row["bonus_id"] for row in desk.rows(f"{_IDS} AND bonus_id <> :bonus_id", spent)}
    assert others
    assert not [one for one in others if one in file.decode()]


_IDS = "SELECT bonus_id::text FROM bonuses WHERE member_id = :member_id"


def test_every_bonus_of_any_story_is_proven(fresh_desk: Desk) -> None:
    """Amended, returned, reserved, refused, repaid by others: whatever became of it."""
    story = Story(fresh_desk, seed=11)
    story.tell(lambda: 30)
    for line in list(story.owners)[::5]:
        file = download(fresh_desk, line)
        assert [one for one in check(file, KEYS) if not one.holds] == []


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_a_changed_byte_is_found_wherever_it_is(
    kept: dict[str, bytes], place: int, flip: int
) -> None:
    file = bytearray(kept["file"])
    file[place % len(file)] ^= flip
    assert broken(bytes(file))


@pytest.fixture
def kept(desk: Desk, spent: str) -> dict[str, bytes]:
    """The proof as it was downloaded once."""
    return {"file": download(desk, spent)}


@pytest.mark.parametrize("change", [b"\n", b" ", b"\x00"])
def test_a_byte_more_is_found(kept: dict[str, bytes], change: bytes) -> None:
    assert broken(kept["file"] + change)
    assert broken(change + kept["file"])
    assert broken(kept["file"][:-1])


def _amount(proof: dict[str, Any]) -> None:
    proof["bonus"]["amount"] = proof["computation"]["points"] = 77


def _paid(proof: dict[str, Any]) -> None:
    proof["computation"]["paid_minor"] = 209_900


def _rate(proof: dict[str, Any]) -> None:
    proof["terms"]["rate"]["basis_points"] = 5_000


def _posting_left_out(proof: dict[str, Any]) -> None:
    proof["postings"].pop()


def _posting_moved(proof: dict[str, Any]) -> None:
    proof["postings"][0]["amount"] += 1


def _change_left_out(proof: dict[str, Any]) -> None:
    proof["changes"].pop(0)


def _later(proof: dict[str, Any]) -> None:
    proof["changes"][0]["at"] = "2030-01-01T00:00:00Z"


def _event_changed(proof: dict[str, Any]) -> None:
    link = next(one for one in proof["chain"]["links"] if "message" in one)
    link["message"] = link["message"].replace('"amount":76', '"amount":77')


def _event_left_out(proof: dict[str, Any]) -> None:
    hidden = next(one for one in proof["chain"]["links"] if "message" not in one)
    proof["chain"]["links"].remove(hidden)


def _hash_changed(proof: dict[str, Any]) -> None:
    proof["chain"]["links"][1]["event_hash"] = "00" * 32


def _payout_changed(proof: dict[str, Any]) -> None:
    proof["payouts"][0]["amount"] += 1


def _store_changed(proof: dict[str, Any]) -> None:
    proof["click"]["store_id"] = "another"


FORGERIES: list[tuple[Forge, str]] = [
    (_amount, "changes"),
    (_paid, "computation"),
    (_rate, "computation"),
    (_posting_left_out, "postings"),
    (_posting_moved, "postings"),
    (_change_left_out, "changes"),
    (_later, "changes"),
    (_event_changed, "chain"),
    (_event_left_out, "chain"),
    (_hash_changed, "chain"),
    (_payout_changed, "payouts"),
    (_store_changed, "click"),
]


@pytest.mark.parametrize(("forge", "part"), FORGERIES, ids=[one[0].__name__ for one in FORGERIES])
def test_a_forger_without_the_key_is_found_whatever_was_hashed_anew(
    kept: dict[str, bytes], forge: Forge, part: str
) -> None:
    """The file is spelt well and its hash fits; the signature and the part itself do not."""
    document = json.loads(kept["file"])
    proof = copy.deepcopy(document["proof"])
    forge(proof)
    assert proof != document["proof"]
    forged = document | {"proof": proof, "sha256": digest(proof)}
    assert {"signature", part} <= broken(canonical(forged))
    other = Signer([bytes(32)])
    signed = forged | {"key_id": other.newest, "signature": other.sign(proof)}
    assert {"signature", part} <= broken(canonical(signed))


@pytest.mark.parametrize("file", [b"", b"[]", b"{}", b"\xff", b"1", b"null", b"[" * 100_000])
def test_what_is_no_proof_is_told_so(file: bytes) -> None:
    assert broken(file) == {"file"}


def test_a_member_downloads_their_own_proof_and_no_other(desk: Desk, spent: str) -> None:
    client = client_of(desk)
    path = f"/me/bonuses/{spent}/proof"
    assert client.get(path).status_code == 401
    mine = sign_in(desk, client, desk.member_id).get(path)
    assert (mine.status_code, broken(mine.data)) == (200, set())
    other = sign_in(desk, client, bonuses.new_id())
    for asked in (path, f"/me/bonuses/{bonuses.new_id()}/proof"):
        answer = other.get(asked)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_bonus")


def test_clerks_alone_download_the_proof_of_anybody(desk: Desk, spent: str) -> None:
    client: FlaskClient = client_of(desk)
    assert client.get(f"/bonuses/{spent}/proof", headers=PARTNER).status_code == 401
    missing = client.get(f"/bonuses/{bonuses.new_id()}/proof", headers=CLERK)
    assert (missing.status_code, missing.get_json()["code"]) == (404, "unknown_bonus")


def test_keys_stay_published_while_they_rotate(desk: Desk, spent: str) -> None:
    made = prover_of(desk)
    old = download(desk, spent)
    both = Signer([bytes(32), SEED])
    keys = client_of(desk).get("/proof-keys").get_json()["keys"]
    assert keys == KEYS == {made.signer.newest: made.signer.public_keys[made.signer.newest]}
    assert all(one.holds for one in check(old, both.public_keys))
    assert both.newest not in KEYS


def test_anchors_are_listed_for_everybody(desk: Desk) -> None:
    answer = client_of(desk).get("/proof-anchors?limit=1")
    assert answer.status_code == 200
    assert client_of(desk).get("/proof-anchors?limit=101").status_code == 422
