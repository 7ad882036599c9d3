"""A wrong environment stops the start and says all that is wrong with it."""

from pathlib import Path

import pytest

from shared.config import WrongSettings, environment


def test_every_fault_is_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABSENT", raising=False)
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("KEYS", "abc")
    env = environment()
    env.str("ABSENT")
    env.int("PORT")
    env.keys_of("KEYS")
    with pytest.raises(WrongSettings) as wrong:
        env.done()
    assert set(wrong.value.faults) == {"ABSENT", "PORT", "KEYS"}
    assert "ABSENT" in str(wrong.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("OPERATOR_KEY_FILE", str(tmp_path / "key"))
    env = environment()
    assert env.str("OPERATOR_KEY") == "s3cret"
    env.done()


def test_keys_are_read_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", f"{'11' * 32},{'22' * 32}")
    env = environment()
    assert env.keys_of("KEYS") == [b"\x11" * 32, b"\x22" * 32]
    env.done()


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment().proxies() == ()
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1")
    env = environment()
    assert env.proxies() == ("10.0.0.0/8", "2001:db8::1")
    env.done()
    monkeypatch.setenv("TRUSTED_PROXIES", "proxy.example")
    env = environment()
    env.proxies()
    with pytest.raises(WrongSettings, match="TRUSTED_PROXIES"):
        env.done()
