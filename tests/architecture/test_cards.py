"""Every package, module and service says what it is, so that a newcomer never has to guess."""

import ast
from pathlib import Path

import pytest

from tests.architecture import source

LINES_OF_A_CARD = ("owns", "answers", "hears", "says")


# The outside world hears no topic and says none; its card tells what it plays instead.
@pytest.mark.parametrize("service", sorted(set(source.SERVICES) - {"sandbox"}))
def test_service_has_its_card(service: str) -> None:
    """The card of a service: what it owns, answers, hears and says, and no code."""
    card = source.tree(source.ROOT / "services" / service / "__init__.py")
    text = (ast.get_docstring(card) or "").lower()
    assert [word for word in LINES_OF_A_CARD if word not in text] == []
    assert len(card.body) == 1


def test_modules_open_with_a_sentence() -> None:
    """What it is, before any code; the cards of packages may be lists."""
    silent = [
        source.name(path)
        for path in source.python_files(*source.CODE)
        if not _says_what_it_is(path)
    ]
    assert silent == []


def test_every_folder_with_code_is_a_package() -> None:
    """Path = import; migrations are found by Alembic instead."""
    lost = [
        source.name(path)
        for path in source.python_files(*source.CODE)
        if "migrations" not in path.parts and not (path.parent / "__init__.py").is_file()
    ]
    assert lost == []


def _says_what_it_is(path: Path) -> bool:
    text = ast.get_docstring(source.tree(path)) or ""
    first_paragraph = text.split("\n\n")[0]
    is_sentence = first_paragraph.endswith((".", "!", "?", ":"))
    return bool(text) and (path.name == "__init__.py" or is_sentence)
