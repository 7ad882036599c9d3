"""Finds the repository's own files and reads Python ones as syntax trees, importing none."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "deploy")
FOLDERS = (*CODE, "contracts", "tests", ".ci")
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))
_NOT_TEXT = {".png", ".pyc", ".ico", ".woff2", ".db"}
_NOT_OURS = {
    "__pycache__", ".git", ".stack", "build", "target", ".venv", ".mypy_cache", ".ruff_cache",
}  # fmt: skip


def python_files(*folders: str) -> list[Path]:
    """List the Python files of top-level folders, all of them by default."""
    return [path for path in text_files(*(folders or (*CODE, "tests"))) if path.suffix == ".py"]


def text_files(*folders: str) -> list[Path]:
    """List our text files in these folders; by default all, with the files at the top."""
    chosen = [path for name in folders or FOLDERS for path in (ROOT / name).rglob("*")]
    at_the_top = [] if folders else list(ROOT.glob("*"))
    return sorted(path for path in [*chosen, *at_the_top] if _is_ours(path))


def _is_ours(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix not in _NOT_TEXT
        and not _NOT_OURS.intersection(path.relative_to(ROOT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
    )


def name(path: Path) -> str:
    """Name a file as people do: relative to the top of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Parse a Python file."""
    return ast.parse(path.read_text(), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """Name every module that a file imports, wherever in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _imported_from(path, node)


def _imported_from(path: Path, node: ast.ImportFrom) -> Iterator[str]:
    base = list(path.relative_to(ROOT).parent.parts)
    if node.level:
        module = [*base[: len(base) - node.level + 1], *(node.module or "").split(".")]
        start = ".".join(part for part in module if part)
    else:
        start = node.module or ""
    # `from services import payout` imports a package too: its name is among the aliases.
    yield from (f"{start}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Name every function that a file calls, as it is written, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno
