"""Click ids open as click_tracking seals them: the same vectors bind both."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.partner_postback.click_id import ClickIds
from services.partner_postback.domain.attribution import Click

VECTORS = json.loads(
    (Path(__file__).parents[3] / "contracts" / "examples" / "click_id.json").read_text()
)
ACCEPTED = [bytes.fromhex(VECTORS["keys_hex"][name]) for name in VECTORS["accepted_keys"]]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda one: one["about"])
def test_a_genuine_click_id_says_who_when_and_where(vector: dict[str, Any]) -> None:
    moment = datetime.fromisoformat(vector["clicked_at"])
    expected = Click(UUID(vector["member_id"]), moment, vector["store_number"])
    assert ClickIds(ACCEPTED).open(vector["click_id"]) == expected


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda one: one["about"])
def test_a_cut_changed_or_foreign_click_id_is_none(vector: dict[str, Any]) -> None:
    assert ClickIds(ACCEPTED).open(vector["click_id"]) is None
