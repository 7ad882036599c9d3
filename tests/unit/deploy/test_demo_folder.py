"""The demo keeps off the developer's stack, and there is one demo at a time."""

from pathlib import Path

import pytest

from deploy import target
from deploy.local import locks


def test_the_demo_has_a_folder_outside_the_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASHBACK_STACK", str(tmp_path / "mine"))
    demo = target.demo_folder()
    assert demo.parent == tmp_path
    assert demo != target.folder()
    assert target.folder() not in demo.parents


def test_git_never_sees_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASHBACK_STACK", raising=False)
    ignored = (Path(__file__).parents[3] / ".gitignore").read_text().splitlines()
    assert {f"/{target.folder().name}/", f"/{target.demo_folder().name}/"} <= set(ignored)


def test_a_second_demo_is_refused_and_named_its_folder(tmp_path: Path) -> None:
    with locks.one_demo(tmp_path), pytest.raises(locks.DemoRuns, match=str(tmp_path)):
        locks.one_demo(tmp_path).__enter__()
    with locks.one_demo(tmp_path), locks.one_command(tmp_path):
        pass  # the next one may, and what it starts has a lock of its own
