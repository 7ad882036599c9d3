"""A check answers whatever a file holds: a hostile one is refused, not a crash or a full memory."""

from typing import Any

import pytest

from deploy.proof.check import Finding, check
from shared.signed import canonical

TOO_DEEP = 100_000
BONUS = {"bonus_id": "b", "member_id": "m", "amount": 1, "status": "accrued", "reason": None}


def found(proof: Any) -> dict[str, Finding]:
    """What is found of a file that nobody signed."""
    file = canonical({"proof": proof, "sha256": "", "key_id": "", "signature": ""})
    return {one.part: one for one in check(file, {})}


def test_an_event_nested_too_deep_is_refused() -> None:
    link = {"version": 1, "event_hash": "00", "message": "[" * TOO_DEEP}
    chain = {"begins": "00" * 32, "links": [link], "ends": ""}
    assert not found({"bonus": BONUS, "changes": [], "chain": chain})["changes"].holds


def test_a_file_of_any_depth_is_refused() -> None:
    """What would break it: a file just shallow enough for the parser, and for nothing after it."""
    for depth in range(600, 1_100):
        nested = b"[" * depth + b"]" * depth
        file = b'{"key_id":"","proof":' + nested + b',"sha256":"","signature":""}'
        assert not any(one.holds for one in check(file, {}))


@pytest.mark.parametrize("name", ["paid_minor", "rate_micro", "basis_points"])
def test_text_in_place_of_a_figure_is_not_multiplied(name: str) -> None:
    """What would break it: "x" times a large figure is a text that fills the memory."""
    figures = {"paid_minor": 10**7, "rate_micro": 1, "basis_points": 1} | {name: "x"}
    rate = {"excluded": False, "kind": "percent", "basis_points": figures.pop("basis_points")}
    told = {"points": 1, "category": None, "currency": "RUB", "decimals": 2} | figures
    proof = {"bonus": BONUS, "terms": {"rates": [], "rate": rate}, "computation": told}
    computation = found(proof)["computation"]
    assert not computation.holds
    assert "figures" in computation.says
