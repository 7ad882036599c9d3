"""Texts of messages: read from texts.yaml, checked whole, filled with the facts of one message."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.notifications.domain import Kind
from services.notifications.ways.domain import News

LANGUAGES = ("en", "ru", "uk", "sv")
DEFAULT_LANGUAGE = "en"
_FILE = Path(__file__).with_name("texts.yaml")


def compose(kind: Kind, language: str, facts: Mapping[str, str | int]) -> str:
    """Write a message in a language of the programme, the default one where it is another."""
    spoken = language if language in LANGUAGES else DEFAULT_LANGUAGE
    filled = dict(facts)
    if "hint" in filled:
        filled["hint"] = _hint(str(filled["hint"]), spoken)
    if "available" in filled:
        filled["balance"] = _balance(filled, spoken)
    return str(_document()["texts"][kind.value][spoken]).format_map(filled)


def subject(news: News, language: str) -> str:
    """Write what stands above a mail with such news."""
    spoken = language if language in LANGUAGES else DEFAULT_LANGUAGE
    return str(_document()["subjects"][news.value][spoken])


def _hint(reason: str, language: str) -> str:
    hints = _document()["hints"]
    return str(hints.get(reason, hints["other"])[language])


def _balance(facts: Mapping[str, str | int], language: str) -> str:
    # A message kept before debts were told names none.
    how = "owed" if facts.get("debt") else "available"
    return str(_document()["balance"][how][language]).format_map(facts)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return document
