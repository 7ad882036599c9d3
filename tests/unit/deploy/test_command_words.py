"""What the command line says by itself: help, wrong arguments, and refusals in one sentence."""

import json
from collections.abc import Iterator

import click
import pytest
import requests
from click.testing import CliRunner

from deploy.cli import cashback
from deploy.cli.asking import Refused, print_facts, print_table


def _commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", [*_commands(cashback)], ids=" ".join)
def test_help_names_the_exit_codes_and_cuts_no_summary(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cashback, [*words, "--help"])
    assert "3 not reachable" in " ".join(done.output.split())
    assert "..." not in done.output.partition("Commands:")[2]
    assert "%Y" not in done.output


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(cashback, ["--version"]).output.startswith("cashback ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["events", "republish", "--since", "yesterday"], "write 2026-11-01 or"),
        (["events", "republish", "--since", "2126-11-01"], "in the future"),
        (["events", "republish", "--since", "2026-11-01", "--service", "shop"], "click_tracking"),
        (["exposure", "--from", "2026-13"], "write one such as 2026-12"),
        (["exposure", "--to", "december"], "'december' is no month"),
        (["verify", "--wait", "-5"], "range"),
        (["postbacks", "receipt", "55d9"], "is not a valid UUID"),
        (["postbacks", "list", "--verdict", "lost"], "held"),
        (["rules", "set", "email-linked", "no-file.yaml"], "does not exist"),
        (["codes", "make", "paper", "--clerk", "maria", "--reason", "why"], "CODE"),
        (["corrections", "credit", "maria", "100"], "is not a valid UUID"),
        (["certificates", "void", "7KQ4", "--clerk", "anna"], "is not a valid UUID"),
        (["certificates", "show", "7KQ4-M2XW-9HBD-R5TE"], "is not a valid UUID"),
        (["corrections", "credit", "00000000-0000-0000-0000-000000000000", "1"], "--clerk"),
        (["partners", "pull", "set", "ID", "awin", "no-file.yaml"], "does not exist"),
        (["reconcile", "--day", "2026-02-30"], "'2026-02-30' is no day"),
        (["cases", "close", "00000000-0000-0000-0000-000000000000", "explained"], "accepted"),
    ],
)
def test_wrong_arguments_are_refused(words: list[str], says: str) -> None:
    done = CliRunner().invoke(cashback, words)
    assert done.exit_code == 2
    assert says in done.output


def test_a_sentence_is_said_once() -> None:
    says = "'2026-13' is no month; write one such as 2026-12."
    errors = [{"field": "month", "message": says}]
    assert str(_refused(detail=says, code="not_a_month", errors=errors)) == f"{says} (not_a_month)"


def test_a_field_that_the_detail_does_not_tell_of_is_named() -> None:
    errors = [{"field": "month", "message": "is missing"}]
    told = _refused(detail="One field is wrong.", code="invalid_fields", errors=errors)
    assert str(told) == "One field is wrong. (invalid_fields) month: is missing"


def _refused(**problem: object) -> Refused:
    answer = requests.Response()
    answer.status_code = 422
    answer._content = json.dumps(problem).encode()  # noqa: SLF001 - requests has no other way
    return Refused(answer)


def test_what_strangers_wrote_is_no_markup_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """INVARIANT: an order id such as [/b] breaks no table, and none moves a clerk's cursor."""
    print_table("Orders", ["order"], [["[/b]"], ["[red]A-1"], ["\x1b[2J\r"]])
    print_facts("Order", {"order": "[/b]\x07"})
    shown = capsys.readouterr().out
    assert shown.count("[/b]") == 2
    assert "[red]A-1" in shown
    assert not {"\x1b", "\r", "\x07"} & set(shown)


def test_an_id_is_never_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: what is to be copied stands on one line, however narrow the terminal is."""
    monkeypatch.setenv("COLUMNS", "80")
    member_id = "4a051996-378b-4a19-95b9-23de43c27a93"
    print_table("Match", ["order", "line", "says"], [[member_id, member_id, "push: " * 20]])
    (row,) = [one for one in capsys.readouterr().out.splitlines() if "4a05" in one]
    assert row.count(member_id) == 2


def test_a_number_is_never_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: 155000000 on two lines would be read as 15500000."""
    monkeypatch.setenv("COLUMNS", "40")
    print_table("Sums", ["store", "paid"], [["A store with a long name" * 3, 155_000_000]])
    assert " 155000000 " in capsys.readouterr().out
