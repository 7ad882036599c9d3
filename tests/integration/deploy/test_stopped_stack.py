"""With the stack stopped, every command says so in one sentence, and what to do."""

from pathlib import Path

import pytest

from deploy.cli import main
from deploy.local import settings, state
from deploy.local.processes import wanted_ports
from tests.support.ports import free_ports

SOME_ID = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack that was up once."""
    folder = tmp_path / "stack"
    folder.mkdir()
    made = settings.make(folder, wanted_ports(free_ports(100)[0]))
    settings.save(made)
    state.keep_status(made)
    monkeypatch.setenv("CASHBACK_STACK", str(folder))
    return folder


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr("sys.argv", ["cashback", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize(
    "words",
    [
        "verify",
        "parked list",
        "payout run --month 2026-12 --clerk anna",
        f"postbacks receipt {SOME_ID}",
        "postbacks list",
        "events republish --since 2026-11-01",
        "messages list --failed",
    ],
)
def test_a_stopped_stack_is_one_sentence(
    stopped: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
) -> None:
    assert _run(monkeypatch, *words.split()) == 3
    said = f"The stack in {stopped} is stopped; start with `cashback stack up`."
    assert capsys.readouterr().err.splitlines()[-1] == f"Error: {said}"


def test_its_status_is_one_line(
    stopped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped.exists()
    assert _run(monkeypatch, "stack", "status") == 1
    assert capsys.readouterr().out == "stopped; start with `cashback stack up`\n"


def test_a_single_process_that_is_down_is_named(
    stopped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped.exists()
    monkeypatch.setattr(state, "anything_runs", lambda folder: folder == stopped)
    assert _run(monkeypatch, "postbacks", "list") == 3
    assert "partner_postback does not answer" in capsys.readouterr().err
