"""Phone numbers do not reach the logs, whatever line they stand in."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from shared import logs


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("top-up for +79261234567 failed", "top-up for +*********67 failed"),
        ("89261234567", "*********67"),
        ("to=+46701234567,", "to=+*********67,"),
        ("order 1234567 of 2026-11-23", "order 1234567 of 2026-11-23"),
        (
            "bonus 4f9d1c2e-0000-4000-8000-123456789012",
            "bonus 4f9d1c2e-0000-4000-8000-123456789012",
        ),
    ],
)
def test_all_but_two_digits_of_a_phone_are_hidden(said: str, logged: str) -> None:
    assert logs.mask_phones(said) == logged


def test_a_log_line_is_one_json_object_with_phones_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("payout", "execute")
    structlog.get_logger().info("top_up.sent", phone="+79261234567", amount_rubles=300)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["event"] == "top_up.sent"
    assert line["phone"] == "+*********67"
    assert (line["service"], line["role"], line["amount_rubles"]) == ("payout", "execute", 300)
    structlog.contextvars.clear_contextvars()


def test_a_log_that_cannot_be_written_stops_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would break it: a full disk, and what was committed is answered as a fault."""
    logs.configure("payout", "execute")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stderr", full)
        structlog.get_logger().info("top_up.sent")
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
