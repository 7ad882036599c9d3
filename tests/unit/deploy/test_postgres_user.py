"""As root PostgreSQL runs as a user of its own, made once."""

import os
import pwd
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local import postgres


def test_two_servers_that_start_at_once_on_a_new_machine_share_its_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A BUG ONCE: both made it, and the data of the first belonged to nobody."""
    made: list[str] = []

    def look(name: str) -> None:
        if name not in made:
            raise KeyError(name)

    def make(command: Sequence[str], **_options: object) -> None:
        threading.Event().wait(0.2)  # the other one looks meanwhile, if it may
        made.append(command[-1])

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", look)
    monkeypatch.setattr(subprocess, "run", make)
    monkeypatch.setattr(postgres, "PUBLIC_HOME", tmp_path / "home")
    monkeypatch.setattr(postgres, "_public_binaries", lambda wheel: wheel)
    with ThreadPoolExecutor(2) as both:
        starts = [both.submit(postgres.user_and_binaries) for _ in range(2)]
        assert {start.result()[0] for start in starts} == {postgres.USER}
    assert made == [postgres.USER]
