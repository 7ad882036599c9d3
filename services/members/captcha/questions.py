"""Plain questions in words, read from questions.yaml, and what counts as their answer."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.members.domain import Language

SMALLEST, LARGEST = 1, 9
_FILE = Path(__file__).with_suffix(".yaml")


def ask(first: int, second: int, language: Language) -> str:
    """Ask for a sum in words: `How much is seven plus two?`."""
    told = _document()[language.value]
    words = told["numbers"]
    return str(told["asked"]).format(first=words[first], second=words[second])


def answers(total: int, typed: str) -> bool:
    """Tell whether this is the sum: in digits, or in words of any language of the programme.

    Examples for 9: `9`, ` Nine.`, `nio`.
    """
    marks = str.maketrans(dict.fromkeys(_document()["apostrophes"], "'"))
    plain = unicodedata.normalize("NFKC", typed.translate(marks))
    said = plain.casefold().strip(" .!\t")
    return said == str(total) or any(
        said == _document()[language.value]["numbers"][total] for language in Language
    )


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return document
