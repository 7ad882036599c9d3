"""Other rules of a rebuild: read strictly, and only what they name is said otherwise."""

from datetime import UTC, datetime

import msgspec
import pytest

from services.bonus_status.replay.rules import Rules, WrongRules, read_rules
from services.bonus_status.schemas import StoreView
from shared.events import open_envelope, read_data
from tests.support import bonuses


def said(store_id: str = bonuses.STORE) -> bytes:
    data = bonuses.store_data(store_id)
    return bonuses.event("store.changed", data, topic="stores", aggregate_id=store_id).encode()


def test_no_text_means_no_other_rules() -> None:
    assert read_rules("") == Rules()
    message = said()
    assert Rules().applied_to("stores", message) == message


def test_the_rates_of_a_store_replace_those_of_all_its_terms() -> None:
    rules = read_rules(
        "rates: {aliexpress: {others: 7.5%, subscription: 500, gift-cards: excluded}}"
    )
    told = rules.applied_to("stores", said())
    view = read_data(open_envelope(told), msgspec.json.Decoder(StoreView)).data
    (terms,) = view.terms
    assert [
        (one.category, one.kind, one.basis_points, one.rubles, one.excluded) for one in terms.rates
    ] == [
        (None, "percent", 750, None, False),
        ("subscription", "flat", None, 500, False),
        ("gift-cards", "percent", 0, None, True),
    ]


def test_what_the_rules_do_not_name_stays_as_it_was_said() -> None:
    rules = read_rules("rates: {aliexpress: {others: 9%}}")
    message = said("ozon")
    assert rules.applied_to("stores", message) == message
    assert rules.applied_to("conversions", b"anything") == b"anything"


FIRST = {
    "source": "first_purchase",
    "sentence": "For your first purchase.",
    "settings": {"amount": 200},
    "total_cap": 1_000_000,
    "is_on": True,
    "valid_from": None,
    "valid_until": None,
    "reason": "as shipped",
    "clerk": "programme",
}


def test_a_bonus_rule_says_what_differs_and_keeps_the_rest() -> None:
    rules = read_rules(
        "bonus_rules: {first: {settings: {amount: 300}, valid_until: 2026-12-01T00:00:00Z}}"
    )
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    assert rules.version_of("first", FIRST) == FIRST | {
        "settings": {"amount": 300},
        "valid_until": ends,
    }
    assert rules.version_of("another", FIRST) == FIRST


def test_null_takes_a_figure_away() -> None:
    doubled = FIRST | {"source": "campaign", "settings": {"times": 2, "most_an_order": 90}}
    rules = read_rules("bonus_rules: {double: {settings: {times: null, basis_points: 500}}}")
    assert rules.version_of("double", doubled)["settings"] == {
        "basis_points": 500,
        "most_an_order": 90,
    }


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ("settings: {amount: 0}", "settings.amount"),
        ("settings: {amount: null}", "settings.amount"),
        ("settings: {times: 2}", "settings.times"),
        ("total_cap: -1", "total_cap"),
        ("is_on: 'no'", "is_on"),
        ("valid_from: soon", "valid_from"),
        ("valid_from: 2026-12-01", "valid_from"),
    ],
)
def test_what_no_bonus_rule_can_say_is_refused(differs: str, field: str) -> None:
    rules = read_rules(f"bonus_rules: {{first: {{{differs}}}}}")
    with pytest.raises(WrongRules) as refusal:
        rules.version_of("first", FIRST)
    assert str(refusal.value).startswith(f"bonus_rules.first.{field}: ")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("bonus_rules: 1", "bonus_rules"),
        ("bonus_rules: {first: {}}", "bonus_rules.first"),
        ("bonus_rules: {first: {amount: 1}}", "bonus_rules.first"),
        ("bonus_rules: {first: {source: campaign}}", "bonus_rules.first"),
        ("bonus_rules: {first: {settings: 1}}", "bonus_rules.first.settings"),
        ("[", "rules"),
        ("- 1", "rules"),
        ("rate: {}", "rate"),
        ("unfunded_accrues: 1", "unfunded_accrues"),
        ("rates: 9%", "rates"),
        ("rates: {aliexpress: {}}", "rates.aliexpress"),
        ("rates: {aliexpress: {others: 100.01%}}", "rates.aliexpress.others"),
        ("rates: {aliexpress: {others: -1}}", "rates.aliexpress.others"),
        ("rates: {aliexpress: {others: 1000001}}", "rates.aliexpress.others"),
        ("rates: {aliexpress: {others: true}}", "rates.aliexpress.others"),
        ("rates: {aliexpress: {others: 7.555%}}", "rates.aliexpress.others"),
        ("rates: {aliexpress: {others: 7.5}}", "rates.aliexpress.others"),
    ],
)
def test_wrong_rules_are_refused_and_the_field_named(text: str, field: str) -> None:
    with pytest.raises(WrongRules) as refusal:
        read_rules(text)
    assert str(refusal.value).startswith(f"{field}: ")
