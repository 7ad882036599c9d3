"""The click id is one format on both sides: its maker and its reader both meet the vectors."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.click_tracking import click_id as maker
from services.partner_postback import click_id as reader
from shared.sealed import Sealer
from tests.contract import samples

VECTORS: dict[str, Any] = json.loads((samples.EXAMPLES / "click_id.json").read_text())
KEYS = {name: bytes.fromhex(key) for name, key in VECTORS["keys_hex"].items()}
ACCEPTED = [KEYS[name] for name in VECTORS["accepted_keys"]]


def _about(vector: dict[str, Any]) -> str:
    about: str = vector["about"]
    return about


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=_about)
def test_click_tracking_makes_the_id_of_the_vector(vector: dict[str, Any]) -> None:
    """The same member, moment, store and salt give the same 64 characters."""
    made = maker.ClickIds(
        Sealer([KEYS[vector["key"]]]), salts=iter([int(vector["salt"], 16)])
    ).make(UUID(vector["member_id"]).bytes, vector["clicked_at_ms"], vector["store_number"])
    assert made == vector["click_id"]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=_about)
def test_partner_postback_reads_the_id_of_the_vector(vector: dict[str, Any]) -> None:
    """The id alone proves who clicked, when, and to which store."""
    click = reader.ClickIds(ACCEPTED).open(vector["click_id"])
    assert click is not None
    assert str(click.member_id) == vector["member_id"]
    assert click.clicked_at == datetime.fromisoformat(vector["clicked_at"])
    assert click.store_number == vector["store_number"]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=_about)
def test_partner_postback_refuses_what_was_never_made(vector: dict[str, Any]) -> None:
    """INVARIANT: no purchase is credited by an id that was cut, changed or invented."""
    assert reader.ClickIds(ACCEPTED).open(vector["click_id"]) is None


@given(
    member=st.uuids(),
    clicked_at_ms=st.integers(0, 4_102_444_800_000),
    store_number=st.integers(1, 2**32 - 1),
)
def test_whatever_is_made_can_be_read(member: UUID, clicked_at_ms: int, store_number: int) -> None:
    """Any click survives the way to the partner and back, to the millisecond."""
    made = maker.ClickIds(Sealer(ACCEPTED)).make(member.bytes, clicked_at_ms, store_number)
    click = reader.ClickIds(ACCEPTED).open(made)
    assert click is not None
    assert (click.member_id, click.store_number) == (member, store_number)
    assert round(click.clicked_at.timestamp() * 1000) == clicked_at_ms


@given(position=st.integers(0, 63), letter=st.sampled_from("AZaz09_-"))
def test_one_changed_character_is_enough_to_be_refused(position: int, letter: str) -> None:
    """INVARIANT: the seal covers every character."""
    whole: str = VECTORS["valid"][0]["click_id"]
    changed = whole[:position] + letter + whole[position + 1 :]
    assert (reader.ClickIds(ACCEPTED).open(changed) is None) == (changed != whole)
