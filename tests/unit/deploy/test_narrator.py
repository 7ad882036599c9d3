"""The teller counts what did not hold, whatever is in the sentence."""

import io

from rich.console import Console

from deploy.demo.narrator import Narrator


def _narrator() -> Narrator:
    return Narrator(Console(file=io.StringIO()), patience_seconds=0.3)


def test_an_expectation_that_does_not_hold_is_kept_with_both_sides() -> None:
    narrator = _narrator()
    narrator.expect("Member 1 has [350] points", [350], [200])
    assert narrator.broken == ["Member 1 has [350] points: expected [200], got [350]"]
    assert not narrator.verdict()


def test_what_becomes_true_is_waited_for() -> None:
    narrator, answers = _narrator(), iter([0, 0, 350])
    narrator.await_("points come", lambda: next(answers), 350)
    assert narrator.verdict()


def test_patience_ends() -> None:
    narrator = _narrator()
    narrator.await_("points come", lambda: 0, 350)
    assert narrator.broken == ["points come: expected 350, got 0"]
