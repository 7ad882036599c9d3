"""What each part of a profile does when a record is read."""

from datetime import UTC, datetime

import pytest

from services.partner_postback.domain.algebra import Says
from shared.money import Money
from tests.unit.partner_postback.profiles import profile, refused, told


def test_names_are_aliases_of_which_one_is_sent_and_that_one_is_named() -> None:
    spoken = profile(fields={"amount": ["sum", "total"]})
    assert told(spoken, sum=None, total="7").amount == Money(700, "RUB")
    assert refused(spoken, total="10.50") == ("duplicate_parameter", "total")
    assert refused(spoken, sum=None, total="7,00") == ("invalid_amount", "total")
    assert told(spoken, total="").amount == Money(1050, "RUB")


def test_an_order_without_its_number_is_refused_whatever_the_profile_says() -> None:
    """INVARIANT: else all such orders would be one, and only the first would count."""
    spoken = profile(fields={"order_id": {"names": ["order"]}})
    assert refused(spoken, order=None) == ("invalid_fields", "order")
    circle = {"order_id": {"otherwise": "reason"}, "reason": {"otherwise": "order_id"}}
    assert refused(profile(fields=circle))[0] == "invalid_fields"


def test_joined_names_are_one_value() -> None:
    spoken = profile(
        fields={"status": {"joined": ["state", "check"], "required": True}},
        words={"new/ok": "approved", "new/": "reported"},
    )
    assert told(spoken, check="ok").says is Says.APPROVED
    assert told(spoken).says is Says.REPORTED
    assert refused(spoken, check="no") == ("invalid_fields", "state")
    assert refused(spoken, state=None) == ("invalid_fields", "state")


def test_a_place_counts_only_when_its_names_hold_its_values() -> None:
    only = {"names": ["kind"], "default": "x", "required": True, "when": {"type": ["a", ""]}}
    spoken = profile(fields={"category": only})
    assert told(spoken, kind="books", type="a").category == "books"
    assert told(spoken, kind="books").category == "books"
    assert told(spoken).category == "x"
    assert told(spoken, kind="books", type="b").category is None


def test_required_default_and_otherwise_stand_for_what_is_missing() -> None:
    required = profile(fields={"category": {"names": ["kind", "sort"], "required": True}})
    assert refused(required) == ("invalid_fields", "kind")
    assert told(profile(fields={"category": {"names": ["kind"], "default": "x"}})).category == "x"
    both = profile(
        fields={"category": {"otherwise": "action"}, "action": {"names": ["a"], "default": "sale"}}
    )
    assert told(both).category == "sale"
    assert told(both, a="lead").category == "lead"


def test_a_fault_of_what_stands_for_a_field_names_what_was_sent() -> None:
    spoken = profile(
        fields={"ordered_at": ["time"], "status_at": {"names": ["at"], "otherwise": "ordered_at"}}
    )
    assert refused(spoken, time="soon") == ("invalid_fields", "time")
    assert refused(spoken, at="soon") == ("invalid_fields", "at")


def test_longest_and_without_are_the_networks_own_limits() -> None:
    spoken = profile(fields={"action": {"names": ["goal"], "longest": 3, "without": ["0"]}})
    assert told(spoken, goal="abc").action == "abc"
    assert refused(spoken, goal="abcd") == ("invalid_fields", "goal")
    assert refused(spoken, goal="0") == ("invalid_fields", "goal")


@pytest.mark.parametrize(
    ("ours", "longest"),
    [("order_id", 255), ("action", 64), ("category", 100), ("reason", 500), ("amount", 40)],
)
def test_a_field_has_a_limit_of_ours(ours: str, longest: int) -> None:
    spoken = profile(fields={ours: ["long"]})
    assert refused(spoken, long="1" * (longest + 1)) == ("invalid_fields", "long")


@pytest.mark.parametrize("text", [" a", "a ", "a\nb", "a\x00", "\x85", "a\u2028b"])
def test_what_looks_alike_is_no_key(text: str) -> None:
    for ours in ("order_id", "line_id", "action", "event_id"):
        spoken = profile(fields={ours: ["key"]})
        assert refused(spoken, key=text) == ("invalid_fields", "key")


def test_words_say_what_a_status_means_and_others_are_refused() -> None:
    assert told(profile(), state="no").says is Says.DECLINED
    assert refused(profile(), state="perhaps") == ("invalid_fields", "state")
    assert refused(profile(), state=None) == ("invalid_fields", "state")


def test_some_records_have_defaults_of_their_own() -> None:
    spoken = profile(
        fields={"action": {"names": ["goal"], "default": "sale"}},
        defaults_when={"type": {"lead": {"amount": "0", "currency": "USD", "action": "lead"}}},
    )
    lead = told(spoken, type="lead", sum=None, cur=None)
    assert (lead.amount, lead.action) == (Money(0, "USD"), "lead")
    assert told(spoken, type="lead", goal="x").amount == Money(1050, "RUB")
    assert told(spoken, sum=None, cur=None).amount is None


@pytest.mark.parametrize(
    ("shape", "zone", "text"),
    [
        ("rfc3339", "UTC", "2026-11-23T10:00:00Z"),
        ("rfc3339", "UTC", "2026-11-23T13:00:00+03:00"),
        ("unix", "UTC", "1795428000"),
        ("%d.%m.%Y %H:%M:%S", "Europe/Moscow", "23.11.2026 13:00:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "Europe/Moscow", "2026-11-23T10:00:00+0000"),
    ],
)
def test_moments_are_written_as_the_profile_says(shape: str, zone: str, text: str) -> None:
    spoken = profile(fields={"ordered_at": ["time"]}, moments=["%Y", shape][1:], zone=zone)
    assert told(spoken, time=text).ordered_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    for wrong in ("", "now", "99999999999", "1900-01-01T00:00:00Z", text + " "):
        if wrong:
            assert refused(spoken, time=wrong) == ("invalid_fields", "time")


def test_without_a_place_for_it_the_arrival_is_the_time_of_the_order() -> None:
    assert told(profile()).ordered_on_arrival
    assert not told(profile(fields={"ordered_at": ["time"]})).ordered_on_arrival


def test_a_macro_that_was_left_is_refused_wherever_it_stands_in_a_value_that_counts() -> None:
    spoken = profile(macros=[["{", "}"], ["[[[", "]]]"]])
    for text in ("{order}", "A-{order.id}", "[[[order]]]", "x[[[order]]]y"):
        assert refused(spoken, order=text) == ("macro_not_replaced", "order")
    assert told(spoken, order="{}").order_id == "{}"
    assert told(spoken, other="{other}").order_id == "A-1"
    assert told(profile(), order="{order}").order_id == "{order}"


def test_forbidden_texts_and_blanks_are_refused_where_they_would_count() -> None:
    spoken = profile(forbidden=["None"], blank_is_refused=True)
    assert refused(spoken, click="None") == ("invalid_fields", "click")
    assert refused(spoken, click="") == ("invalid_fields", "click")
    assert told(spoken, other="None").order_id
    assert told(spoken, other="").order_id
    assert told(profile(), click="").click_id is None


def test_what_earns_nothing_is_told_before_all_else() -> None:
    spoken = profile(not_counted={"is_event": ["Y", "y"]})
    assert refused(spoken, is_event="Y", sum="x") == ("not_commissionable", "is_event")
    assert told(spoken, is_event="N").order_id


def test_unknown_names_are_refused_where_the_profile_says_and_ignored_ones_are_known() -> None:
    strict = profile(refuses_unknown=True, ignored=["offer"])
    assert refused(strict, other="1") == ("invalid_fields", "other")
    assert told(strict, offer="1", token="k").order_id
    assert told(profile(), other="1").order_id


def test_flags_of_the_messages_are_passed_on() -> None:
    message = told(profile(only_first_counts=True, ignores_click=True))
    assert message.only_first_counts
    assert message.ignores_click
    assert not told(profile()).only_first_counts
    assert not told(profile()).ignores_click


def test_each_field_has_its_place_in_the_message() -> None:
    fields = {
        "line_id": ["line"],
        "event_id": ["event"],
        "reason": ["why"],
        "lines": ["of"],
        "buyer_address": ["ip"],
    }
    message = told(profile(fields=fields), line="1", event="e", why="w", of="3", ip="192.0.2.1")
    assert (message.line_id, message.event_id, message.reason) == ("1", "e", "w")
    assert (message.lines, message.buyer_address) == (3, "192.0.2.1")
