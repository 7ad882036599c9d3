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


@pytest.mark.parametrize("path", source.python_files(*source.CODE), ids=source.name)
def test_module_opens_with_a_sentence(path: Path) -> None:
    """What it is, before any code; the cards of packages may be lists."""
    text = ast.get_docstring(source.tree(path))
    assert text, "no docstring"
    first_paragraph = text.split("\n\n")[0]
    assert path.name == "__init__.py" or first_paragraph[-1] in ".!?:", first_paragraph


@pytest.mark.parametrize("path", source.python_files(*source.CODE), ids=source.name)
def test_every_folder_with_code_is_a_package(path: Path) -> None:
    """Path = import; migrations are found by Alembic instead."""
    assert "migrations" in path.parts or (path.parent / "__init__.py").is_file()
