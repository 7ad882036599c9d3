"""How large a file, a function and a service may grow before they must be parted."""

import ast
from pathlib import Path

import pytest

from tests.architecture import source

LARGEST_FILE_LINES = 250
LARGEST_FUNCTION_LINES = 50
LONGEST_LINE = 100
MOST_MODULES = 11
# Packages within a service that a reader meets as one thing: each is counted on its own.
COUNTED_APART = {"migrations", "formats", "templates", "static"}


def test_files_can_be_read_in_one_go() -> None:
    """At most 250 lines."""
    long = {
        f"{source.name(path)} has {lines} lines"
        for path in source.python_files()
        if (lines := len(path.read_text().splitlines())) > LARGEST_FILE_LINES
    }
    assert not long


def test_functions_fit_a_screen() -> None:
    """At most 50 lines, docstring included; functions inside a function count by themselves."""
    long = {
        f"{source.name(path)}:{node.lineno} {node.name} has {_lines(node)} lines"
        for path in source.python_files()
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _lines(node) > LARGEST_FUNCTION_LINES
    }
    assert not long


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    return whole - sum(_lines(one) for one in inner)


@pytest.mark.parametrize("service", source.SERVICES)
def test_service_has_few_modules(service: str) -> None:
    """At most 11 modules in a package, beside its card and its `__main__`."""
    crowded = {
        f"{source.name(package)} has {len(modules)}: {', '.join(modules)}"
        for package in _packages(source.ROOT / "services" / service)
        if len(modules := _modules(package)) > MOST_MODULES
    }
    assert not crowded


def _packages(folder: Path) -> list[Path]:
    below = [path.parent for path in folder.rglob("__init__.py")]
    return [path for path in below if path.name not in COUNTED_APART]


def _modules(package: Path) -> list[str]:
    return sorted(path.stem for path in package.glob("*.py") if not path.stem.startswith("__"))
