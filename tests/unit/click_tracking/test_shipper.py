"""Every click of the journal is sent at least once, in order, past every bad line."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from services.click_tracking.journal.archive import ask_again, carry_out_wishes, forget_old
from services.click_tracking.journal.frames import frame
from services.click_tracking.journal.segments import lock_folder, segments
from services.click_tracking.journal.shipper import Shipper
from services.click_tracking.journal.writer import Journal
from shared.events import Event
from tests.unit.click_tracking.builders import NOW, make_click


class Line:
    """The way to Kafka, which may be cut."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.is_cut = False

    def __call__(self, events: Sequence[Event]) -> None:
        if self.is_cut and events:
            raise TimeoutError
        self.sent.extend(events)

    def ids(self) -> list[str]:
        return [event.data["click_id"].rstrip("_") for event in self.sent]


@pytest.fixture
def line() -> Line:
    return Line()


def _id(text: str) -> str:
    return text.ljust(64, "_")


def _write(folder: Path, *names: str) -> None:
    journal = Journal(folder)
    for name in names:
        journal.record(make_click(_id(name)))
    journal.close()


def _drain(shipper: Shipper) -> None:
    while shipper.turn():
        pass


def test_clicks_are_sent_while_their_segment_is_written(tmp_path: Path, line: Line) -> None:
    journal = Journal(tmp_path)
    shipper = Shipper(tmp_path, line)
    for name in ("one", "two", "three"):
        journal.record(make_click(_id(name)))
        assert shipper.turn() == 1
    assert shipper.turn() == 0
    assert line.ids() == ["one", "two", "three"]
    assert len(segments(tmp_path)) == 1
    journal.close()


def test_a_left_segment_moves_to_the_shipped_ones(tmp_path: Path, line: Line) -> None:
    _write(tmp_path, "a", "b")
    _drain(Shipper(tmp_path, line))
    assert segments(tmp_path) == []
    assert len(segments(tmp_path / "shipped")) == 1


def test_an_empty_left_segment_vanishes(tmp_path: Path, line: Line) -> None:
    _write(tmp_path)
    _drain(Shipper(tmp_path, line))
    assert segments(tmp_path) == segments(tmp_path / "shipped") == []


def test_a_restart_goes_on_where_the_last_one_was(tmp_path: Path, line: Line) -> None:
    journal = Journal(tmp_path)
    journal.record(make_click(_id("first")))
    Shipper(tmp_path, line).turn()
    journal.record(make_click(_id("later")))
    Shipper(tmp_path, line).turn()
    assert line.ids() == ["first", "later"]
    journal.close()


def test_nothing_is_lost_while_kafka_is_away(tmp_path: Path, line: Line) -> None:
    """INVARIANT: the position moves only after the acknowledgement."""
    _write(tmp_path, "a", "b")
    shipper = Shipper(tmp_path, line)
    line.is_cut = True
    with pytest.raises(TimeoutError):
        shipper.turn()
    line.is_cut = False
    _drain(Shipper(tmp_path, line))
    assert line.ids() == ["a", "b"]


def test_a_slow_kafka_gets_smaller_chunks_until_one_is_through(tmp_path: Path) -> None:
    """INVARIANT: what takes too long as a whole is not begun anew for ever."""
    _write(tmp_path, *(f"{number}" for number in range(2_000)))
    sizes: list[int] = []

    def slow(events: Sequence[Event]) -> None:
        sizes.append(len(events))
        if len(events) > 500:
            raise TimeoutError

    shipper = Shipper(tmp_path, slow)
    while segments(tmp_path):
        with suppress(TimeoutError):
            shipper.turn()
    assert sum(size for size in sizes if size <= 500) == 2_000


def test_what_is_sent_twice_is_the_same_event(tmp_path: Path, line: Line) -> None:
    """INVARIANT: a crash between acknowledgement and position does no harm."""
    _write(tmp_path, "a")
    (path,) = segments(tmp_path)
    Shipper(tmp_path, line).turn()
    (tmp_path / "positions.json").unlink()
    assert path.exists()
    Shipper(tmp_path, line).turn()
    first, second = line.sent
    assert first == second


def test_a_torn_tail_ends_its_segment(tmp_path: Path, line: Line) -> None:
    """kill -9 in the middle of a write: what was whole is sent, the rest was never answered."""
    _write(tmp_path, "whole")
    (path,) = segments(tmp_path)
    with path.open("ab") as file:
        file.write(frame(make_click())[:40])
    _drain(Shipper(tmp_path, line))
    assert line.ids() == ["whole"]
    assert segments(tmp_path) == []


def test_a_click_that_breaks_its_contract_is_kept_aside(tmp_path: Path, line: Line) -> None:
    journal = Journal(tmp_path)
    journal.record(make_click("short"))
    journal.record(make_click(_id("right")))
    journal.close()
    _drain(Shipper(tmp_path, line))
    assert line.ids() == ["right"]
    kept = (tmp_path / "rejected" / "clicks.journal").read_bytes()
    assert kept == frame(make_click("short"))


def test_a_clerk_can_have_everything_sent_again(tmp_path: Path, line: Line) -> None:
    """All brokers lost their disks: shipped and half-shipped segments are sent again."""
    _write(tmp_path, "old")
    shipper = Shipper(tmp_path, line)
    _drain(shipper)
    journal = Journal(tmp_path)
    journal.record(make_click(_id("young")))
    _drain(shipper)
    line.sent.clear()
    assert ask_again(tmp_path, NOW - timedelta(days=1)) == 2
    carry_out_wishes(tmp_path, shipper.start_over)
    _drain(shipper)
    assert sorted(line.ids()) == ["old", "young"]
    carry_out_wishes(tmp_path, shipper.start_over)
    assert shipper.turn() == 0
    journal.close()


def test_older_segments_than_asked_for_stay(tmp_path: Path, line: Line) -> None:
    _write(tmp_path, "old")
    shipper = Shipper(tmp_path, line)
    _drain(shipper)
    _age(tmp_path / "shipped", timedelta(days=3))
    assert ask_again(tmp_path, NOW.now(NOW.tzinfo) - timedelta(days=2)) == 0


def test_shipped_segments_are_forgotten_after_their_days(tmp_path: Path, line: Line) -> None:
    _write(tmp_path, "a")
    _drain(Shipper(tmp_path, line))
    assert forget_old(tmp_path, 35) == 0
    _age(tmp_path / "shipped", timedelta(days=36))
    assert forget_old(tmp_path, 35) == 1


def test_one_shipper_at_a_time(tmp_path: Path) -> None:
    first = lock_folder(tmp_path)
    assert first is not None
    assert lock_folder(tmp_path) is None
    os.close(first)
    second = lock_folder(tmp_path)
    assert second is not None
    os.close(second)


def _age(folder: Path, by: timedelta) -> None:
    for path in segments(folder):
        moment = path.stat().st_mtime - by.total_seconds()
        os.utime(path, (moment, moment))
