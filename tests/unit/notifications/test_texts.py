"""Every message has its text in every language, with the same facts, short enough for an SMS."""

import pytest

from services.notifications.domain import Kind
from services.notifications.texts import LANGUAGES, compose, subject
from services.notifications.ways.domain import News

FACTS: dict[str, str | int] = {
    "store": "good-pharmacy",
    "amount": 12345,
    "available": 67890,
    "reason": "the order was cancelled by the buyer",
    "hint": "not_a_subscriber",
    "denomination": 80000,
    "code": "7KQ4-M2XW-9HBD-R5TE",
    "asked_by": "4567",
    "device": "Samsung Internet, Android",
    "ending": "7654",
    "date": "14.12.2026",
}
SHOWN = {
    Kind.CLAIM_ACCEPTED: ["good-pharmacy"],
    Kind.CLAIM_REFUSED: ["good-pharmacy"],
    Kind.CLAIM_REFUSED_BECAUSE: ["good-pharmacy", "cancelled by the buyer"],
    Kind.BONUS_ACCRUED: ["good-pharmacy", "12345", "67890"],
    Kind.BONUS_GIVEN: ["12345", "67890"],
    Kind.FRIEND_BONUS: ["12345", "67890"],
    Kind.BONUS_REJECTED: ["good-pharmacy", "67890"],
    Kind.BONUS_RETURNED: ["good-pharmacy", "67890"],
    Kind.BONUS_REJECTED_BECAUSE: ["good-pharmacy", "cancelled by the buyer"],
    Kind.BONUS_DEBITED: ["12345", "67890"],
    Kind.BONUS_DEBITED_BECAUSE: ["12345", "cancelled by the buyer", "67890"],
    Kind.TOP_UP_COMPLETED: ["12345"],
    Kind.TOP_UP_DECLINED: ["12345"],
    Kind.RELATIVE_TOPPED_UP: ["12345"],
    Kind.RELATIVE_TOP_UP_DECLINED: ["12345"],
    Kind.CERTIFICATE_DECLINED: ["12345"],
    Kind.POINTS_RETURNED: ["12345", "67890"],
    Kind.RELATIVE_ASKED: ["4567", "7KQ4-M2XW-9HBD-R5TE"],
    Kind.CERTIFICATE_ISSUED: ["80000", "7KQ4-M2XW-9HBD-R5TE"],
    Kind.CERTIFICATE_REISSUED: ["80000", "7KQ4-M2XW-9HBD-R5TE"],
    Kind.CERTIFICATE_VOIDED: ["12345", "67890"],
    Kind.SIGN_UP_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.ACCOUNT_EXISTS: [],
    Kind.EMAIL_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.EMAIL_TAKEN: [],
    Kind.SIGN_IN_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.SIGNED_IN: ["Samsung Internet, Android"],
    Kind.RECOVERY_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.PASSWORD_CHANGED: [],
    Kind.CHANGE_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.PHONE_CHANGED: ["7654"],
    Kind.EMAIL_CHANGED: [],
    Kind.ERASURE_CODE: ["7KQ4-M2XW-9HBD-R5TE"],
    Kind.ERASED: [],
    Kind.NUMBER_CLAIMED: ["7654", "14.12.2026"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_text_says_its_facts_in_every_language(kind: Kind, language: str) -> None:
    words = compose(kind, language, FACTS)
    assert [fact for fact in SHOWN[kind] if fact not in words] == []
    _fits(words, language)


@pytest.mark.parametrize("news", News)
def test_a_mail_has_a_subject_of_its_own_in_every_language(news: News) -> None:
    assert len({subject(news, language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind, facts in SHOWN.items() if "67890" in facts])
def test_who_owes_is_told_how_much_instead_of_what_is_available(kind: Kind, language: str) -> None:
    words = compose(kind, language, FACTS | {"available": 0, "debt": 24680})
    assert "24680" in words
    _fits(words, language)


def _fits(words: str, language: str) -> None:
    """At most three parts: 153 Latin or 67 other characters each."""
    assert "{" not in words
    is_cyrillic = any("\u0430" <= letter <= "\u044f" for letter in words.lower())
    assert is_cyrillic == (language in {"ru", "uk"})
    assert len(words) <= 3 * (67 if is_cyrillic else 153)


def test_an_unknown_reason_and_an_unknown_language_still_have_words() -> None:
    words = compose(Kind.TOP_UP_DECLINED, "fr", {"amount": 5, "hint": "moon_phase"})
    assert "next month" in words


def test_a_fact_is_never_read_as_a_template() -> None:
    words = compose(Kind.BONUS_REJECTED_BECAUSE, "en", FACTS | {"reason": "{code}"})
    assert "7KQ4" not in words
