"""The languages a statement is written in: English, or by a catalog in `translations/`."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

ENGLISH = "en"
LANGUAGES = (ENGLISH, "ru", "uk", "sv")
Speak = Callable[[str], str]


def english(text: str) -> str:
    """Say a text as it is written in the code."""
    return text


# Marks a text for the catalogs where it stands in a table.
marked = english


def speaks(language: str) -> Speak:
    """Answer what says a text in a language; what a clerk wrote himself stays as he wrote it."""
    return english if language == ENGLISH else _catalog(language)


@cache
def _catalog(language: str) -> Speak:
    # Here, not above: most who ask read the sums alone.
    from shared.pages.words import Words  # noqa: PLC0415

    texts = Words(LANGUAGES, Path(__file__).parent / "translations").texts(language)
    return texts.ugettext
