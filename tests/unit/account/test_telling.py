"""Rates, days and names as each language writes them."""

from collections.abc import Iterator

import pytest
from flask import Flask

from services.account.app import TEXTS
from services.account.shop import telling
from services.account.shop.stock import Best, Rate
from shared.pages.words import Words, speak

APP = Flask("pages")
speak(APP, Words(("en", "ru", "uk", "sv"), *TEXTS))


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    """A visit in that language."""
    with APP.test_request_context(headers={"Accept-Language": request.param}):
        yield


@pytest.mark.parametrize(
    ("language", "best", "said"),
    [
        ("en", Best("percent", 700, None), "7%"),
        ("en", Best("percent", 1250, None, up_to=True), "up to 12.5%"),
        ("ru", Best("percent", 1250, None, up_to=True), "до 12,5\xa0%"),
        ("sv", Best("percent", 5, None), "0,05\xa0%"),
        ("uk", Best("flat", None, 1800), "1\xa0800\xa0₽"),
        ("ru", None, "без кешбэка"),
    ],
    indirect=["language"],
)
@pytest.mark.usefixtures("language")
def test_cashback(best: Best | None, said: str) -> None:
    assert telling.cashback(best) == said


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "about 1 business day"),
        ("ru", 1, "примерно 1 рабочий день"),
        ("ru", 21, "примерно 21 день"),
        ("ru", 45, "примерно 45 дней"),
        ("uk", 3, "приблизно 3 робочі дні"),
        ("sv", 45, "ungefär 45 dagar"),
    ],
    indirect=["language"],
)
@pytest.mark.usefixtures("language")
def test_days(count: int, said: str) -> None:
    assert telling.days(count) == said


@pytest.mark.parametrize("language", ["sv"], indirect=True)
@pytest.mark.usefixtures("language")
def test_what_the_operator_named_himself_is_shown_as_he_wrote_it() -> None:
    gift_cards = Rate("percent", 100, None, category="gift-cards")
    tea_cups = Rate("percent", 100, None, category="tea-cups")
    others = Rate("percent", 100, None)
    assert telling.shelf_name("Travel") == "Resor"
    assert telling.shelf_name("Tea rooms") == "Tea rooms"
    assert telling.goods(gift_cards, (gift_cards,)) == "Presentkort"
    assert telling.goods(tea_cups, (tea_cups,)) == "Tea cups"
    assert telling.goods(others, (others,)) == "Alla varor"
    assert telling.goods(others, (others, tea_cups)) == "Alla andra varor"
