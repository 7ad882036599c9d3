"""What `cashback compare` says of a rebuild that lags behind."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from deploy.cli import cashback
from deploy.comparing import Comparison

Compared = Callable[[Comparison], str]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Compared:
    def say(found: Comparison) -> str:
        monkeypatch.setattr("deploy.cli.compare.target.find", lambda: None)
        monkeypatch.setattr("deploy.cli.compare.comparing.compare", lambda *_, **__: found)
        done = CliRunner().invoke(cashback, ["compare", "richer", "--by-how-much"])
        assert done.exit_code == 0
        return done.output

    return say


def test_by_other_rules_the_same_rules_catch_up(compared: Compared) -> None:
    said = compared(Comparison([], 5, 0, 12, has_rules=True))
    assert "lags behind by 12 events" in said
    assert "`cashback rebuild --into richer` --rules FILE, the same as before, catches up" in said


def test_without_rules_none_are_asked_for(compared: Compared) -> None:
    said = compared(Comparison([], 5, 1, 1, has_rules=False))
    assert "1 have gone on since and are left out" in said
    assert "by 1 event," in said
    assert "--rules" not in said


def test_a_rebuild_that_lags_nowhere_says_nothing_of_it(compared: Compared) -> None:
    assert compared(Comparison([], 5, 0, 0, has_rules=True)) == "0 of 5 members differ.\n"
