"""The demo keeps off the developer's stack, and there is one demo at a time."""

from pathlib import Path

import pytest

from deploy import target
from deploy.local import locks, state


def test_the_demo_has_a_folder_outside_the_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASHBACK_STACK", str(tmp_path / "mine"))
    demo = target.demo_folder()
    assert demo.parent == tmp_path
    assert demo != target.folder()
    assert target.folder() not in demo.parents


def test_commands_talk_to_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who looks at a demo wants that one; who has a stack of his own wants his."""
    monkeypatch.delenv("CASHBACK_STACK", raising=False)
    own, demo = tmp_path / ".stack", tmp_path / ".stack-demo"
    monkeypatch.setattr(target, "_REPOSITORY", tmp_path)
    runs: set[Path] = set()
    monkeypatch.setattr(state, "anything_runs", lambda folder: folder in runs)
    assert target.folder() == own
    runs.add(demo)
    assert target.folder() == demo
    runs.add(own)
    assert target.folder() == own


def test_git_never_sees_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASHBACK_STACK", raising=False)
    ignored = (Path(__file__).parents[3] / ".gitignore").read_text().splitlines()
    assert {f"/{target.folder().name}/", f"/{target.demo_folder().name}/"} <= set(ignored)


def test_a_second_demo_is_refused_and_named_its_folder(tmp_path: Path) -> None:
    with locks.one_demo(tmp_path), pytest.raises(locks.DemoRuns, match=str(tmp_path)):
        locks.one_demo(tmp_path).__enter__()
    with locks.one_demo(tmp_path), locks.one_command(tmp_path):
        pass  # the next one may, and what it starts has a lock of its own
