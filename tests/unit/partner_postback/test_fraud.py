"""What each rule against fraud suspects, and what it lets pass."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.domain.fraud import (
    Kind,
    Rule,
    Settings,
    Suspect,
    suspicion,
)
from services.partner_postback.fraud.schema import SETTINGS, RuleSchema
from services.partner_postback.fraud.shipped import shipped_rules
from services.partner_postback.store.loaded import rule_of
from tests.unit.partner_postback.messages import ORDERED_AT

ORDER = ("global-mall", "A-1")


def suspect(**changes: Any) -> Suspect:
    """An order an hour after its click."""
    usual = {
        "order": ORDER,
        "click_id": "a",
        "clicked_at": ORDERED_AT - timedelta(hours=1),
        "ordered_at": ORDERED_AT,
        "received_at": ORDERED_AT,
        "buyer_address": None,
    }
    return Suspect(**(usual | changes))


def seen(kind: Kind, one: Suspect, **settings: Any) -> str | None:
    found = suspicion([Rule("a-rule", kind, Settings(**settings))], one)
    return found and found.why


@pytest.mark.parametrize(
    ("clicks", "suspicious"), [([], False), (["a"], False), (["b"], True), (["a", "b"], True)]
)
def test_lines_of_one_order_come_with_one_click(clicks: list[str], *, suspicious: bool) -> None:
    why = seen(Kind.SAME_ORDER_TWO_CLICKS, suspect(clicks=clicks))
    assert (why is not None) is suspicious


@pytest.mark.parametrize(
    ("passed", "suspicious"), [(-10.0, True), (0.0, True), (4.999, True), (5.0, False)]
)
def test_nobody_shops_in_a_moment(passed: float, *, suspicious: bool) -> None:
    one = suspect(clicked_at=ORDERED_AT - timedelta(seconds=passed))
    assert (seen(Kind.CLICK_TO_ORDER_TOO_SHORT, one, seconds=5) is not None) is suspicious


def orders(*hours_ago: float) -> list[tuple[tuple[str, str], Any]]:
    return [
        (("global-mall", f"B-{number}"), ORDERED_AT - timedelta(hours=ago))
        for number, ago in enumerate(hours_ago)
    ]


@pytest.mark.parametrize(
    ("recent", "suspicious"),
    [
        (orders(1, 2), False),
        (orders(1, 2, 3), True),
        (orders(1, 2, 24), False),  # a day ago is within a day no more
        (orders(1, 2, 23.9), True),
        (orders(1, -2, 3), True),  # tried again: what came after it counts as well
        ([*orders(1, 2), (ORDER, ORDERED_AT)], False),  # another line of the same cart
    ],
)
def test_the_fourth_order_of_a_day_is_one_too_many(recent: Any, *, suspicious: bool) -> None:
    one = suspect(recent=recent)
    assert (seen(Kind.MEMBER_VELOCITY, one, orders=3, hours=24) is not None) is suspicious


@given(st.lists(st.floats(-100, 100), max_size=12), st.integers(1, 10), st.integers(1, 48))
def test_more_orders_and_longer_spans_are_never_less_suspicious(
    ago: list[float], most: int, hours: int
) -> None:
    """INVARIANT: what a stricter rule lets pass, a milder one does, too."""
    one = suspect(recent=orders(*ago))
    if seen(Kind.MEMBER_VELOCITY, one, orders=most, hours=hours) is None:
        assert seen(Kind.MEMBER_VELOCITY, one, orders=most + 1, hours=hours) is None
        assert hours == 1 or seen(Kind.MEMBER_VELOCITY, one, orders=most, hours=hours - 1) is None
        fewer = suspect(recent=orders(*ago[1:]))
        assert seen(Kind.MEMBER_VELOCITY, fewer, orders=most, hours=hours) is None


@pytest.mark.parametrize(
    ("address", "suspicious"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::1", True),
        ("198.51.100.7", False),
        ("not an address", False),
        ("", False),
        (None, False),
    ],
)
def test_addresses_are_found_in_ranges(address: str | None, *, suspicious: bool) -> None:
    ranges = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    listed = seen(Kind.IP_LIST, suspect(buyer_address=address), ranges=ranges)
    own = seen(Kind.OWN_ADDRESS, suspect(buyer_address=address, own_ranges=ranges))
    assert (listed is not None, own is not None) == (suspicious, suspicious)
    assert not suspicious or "192.0.2.0/24" in str(own) or "2001:db8::/32" in str(own)


def test_a_partner_without_a_list_has_no_address_of_its_own() -> None:
    assert seen(Kind.OWN_ADDRESS, suspect(buyer_address="192.0.2.7")) is None


def test_the_first_rule_by_name_is_named() -> None:
    short = Settings(seconds=7200)
    kind = Kind.CLICK_TO_ORDER_TOO_SHORT
    found = suspicion([Rule("b", kind, short), Rule("a", kind, short)], suspect())
    assert found
    assert (found.rule, found.why) == ("a", "Ordered 3600.0 s after the click: under 7200 s.")


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "0.0 s after"), (4.9, "4.9 s after"), (-0.04, "0.0 s before"), (-2, "2.0 s before")],
)
def test_an_order_just_before_its_click_is_said_to_be_before_it(seconds: float, says: str) -> None:
    one = suspect()
    early = replace(one, ordered_at=one.clicked_at + timedelta(seconds=seconds))
    found = suspicion([Rule("a", Kind.CLICK_TO_ORDER_TOO_SHORT, Settings(seconds=5))], early)
    assert found
    assert found.why == f"Ordered {says} the click: under 5 s."


def test_every_kind_has_its_settings_and_is_shipped_switched_off() -> None:
    shipped = shipped_rules()
    assert set(SETTINGS) == set(Kind) == {Kind(one["kind"]) for one in shipped.values()}
    assert not any(one["is_on"] for one in shipped.values())
    for name, one in shipped.items():
        suspicion([rule_of(name, Kind(one["kind"]), one["settings"])], suspect())


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "click_to_order_too_short"}, "settings.seconds"),
        ({"kind": "click_to_order_too_short", "settings": {"seconds": 0}}, "settings.seconds"),
        ({"kind": "click_to_order_too_short", "settings": {"seconds": "5"}}, "settings.seconds"),
        ({"kind": "member_velocity", "settings": {"orders": 3}}, "settings.hours"),
        ({"kind": "member_velocity", "settings": {"orders": 3, "hours": 721}}, "settings.hours"),
        ({"kind": "own_address", "settings": {"seconds": 5}}, "settings.seconds"),
        ({"kind": "ip_list", "settings": {"ranges": []}}, "settings.ranges"),
        ({"kind": "ip_list", "settings": {"ranges": ["192.0.2.1/24"]}}, "settings.ranges.0"),
        ({"kind": "ip_list", "settings": {"ranges": ["fe80::1%eth0"]}}, "settings.ranges.0"),
        (
            {
                "kind": "own_address",
                "valid_from": "2026-12-01T00:00:00Z",
                "valid_until": "2026-12-01T00:00:00Z",
            },
            "valid_until",
        ),
    ],
)
def test_a_wrong_rule_names_its_field(said: dict[str, Any], field: str) -> None:
    faults: Any = RuleSchema().validate(said)
    for name in field.split("."):
        faults = faults[int(name) if name.isdecimal() else name]
    assert faults
