"""Other rules of a rebuild: read strictly, and only what they name is said otherwise."""

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


@pytest.mark.parametrize(
    ("text", "field"),
    [
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
