"""The journal keeps what it took, says so when it cannot, and begins anew by itself."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.click_tracking.journal.segments import (
    chunks,
    is_left,
    new_segment,
    read_chunk,
    segments,
)
from services.click_tracking.journal.writer import Journal, JournalBroken
from tests.support.waiting import eventually
from tests.unit.click_tracking.builders import make_click


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path, segment_bytes=2_000)
    yield opened
    opened.close()


def _clicks(folder: Path) -> list[str]:
    return [
        click.click_id
        for path in segments(folder)
        for chunk in chunks(path)
        for click in chunk.clicks
    ]


@contextmanager
def _files_limited_to(size: int) -> Iterator[None]:
    """The kernel refuses to let a file grow further, as a full disk would: a real short write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_recorded_click_is_in_the_file_at_once(journal: Journal, tmp_path: Path) -> None:
    """INVARIANT: record() returns after the kernel has the click; buffering here would break it."""
    journal.record(make_click("first"))
    assert _clicks(tmp_path) == ["first"]


def test_many_threads_lose_and_mix_nothing(journal: Journal, tmp_path: Path) -> None:
    def write(thread: int) -> None:
        for number in range(100):
            journal.record(make_click(f"{thread}-{number}"))

    threads = [threading.Thread(target=write, args=(one,)) for one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    expected = sorted(f"{thread}-{number}" for thread in range(4) for number in range(100))
    assert sorted(_clicks(tmp_path)) == expected


def test_a_full_segment_gives_way_to_the_next(journal: Journal, tmp_path: Path) -> None:
    for number in range(30):
        journal.record(make_click(str(number)))
    eventually(lambda: len(segments(tmp_path)) > 1)
    journal.record(make_click("last"))
    assert _clicks(tmp_path) == [*map(str, range(30)), "last"]
    first, *_, newest = segments(tmp_path)
    eventually(lambda: is_left(first))
    assert not is_left(newest)


def test_an_old_segment_gives_way_to_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_seconds=0.05)
    journal.record(make_click())
    eventually(lambda: len(segments(tmp_path)) == 2)
    journal.close()


def test_a_full_disk_refuses_clicks_and_keeps_the_earlier_ones(
    journal: Journal, tmp_path: Path
) -> None:
    """INVARIANT: a click is refused, or it can be read; half a line harms no other."""
    journal.record(make_click("before"))
    with _files_limited_to(300):
        with pytest.raises(JournalBroken):
            journal.record(make_click("refused"))
        with pytest.raises(JournalBroken):
            journal.check()
    assert _clicks(tmp_path) == ["before"]


def test_the_journal_heals_when_the_disk_does(journal: Journal, tmp_path: Path) -> None:
    journal.record(make_click("before"))
    with _files_limited_to(300), pytest.raises(JournalBroken):
        journal.record(make_click("refused"))

    def works_again() -> bool:
        journal.check()
        return True

    eventually(lambda: _holds(works_again), what="a new segment")
    journal.record(make_click("after"))
    assert _clicks(tmp_path) == ["before", "after"]


def test_a_folder_that_cannot_be_had_is_told_not_raised(tmp_path: Path) -> None:
    """A web process without a disk still starts, and says in its readiness what is wrong."""
    (tmp_path / "file").write_text("in the way")
    journal = Journal(tmp_path / "file" / "journal")
    with pytest.raises(JournalBroken):
        journal.check()
    with pytest.raises(JournalBroken):
        journal.record(make_click())
    journal.close()


def test_a_closed_journal_takes_nothing(journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalBroken):
        journal.record(make_click())


def test_a_new_segment_never_looks_left(tmp_path: Path) -> None:
    """INVARIANT: a shipper that looks in between must not take away a segment being born."""
    seen: list[bool] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.extend(is_left(path) for path in segments(tmp_path))

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(50):
        new_segment(tmp_path)  # its descriptor, and so its lock, lives as long as this process
    stop.set()
    watcher.join()
    assert len(segments(tmp_path)) == 50
    assert not any(seen)


def test_lines_without_an_end_wait(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(b"half a li")
    assert read_chunk(path, 0).end == 0


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record(make_click("a"))
    journal.close()
    (path,) = segments(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + b"torn" + b"\0" * 50 + b"\n" + whole)
    chunk = read_chunk(path, 0)
    assert ([one.click_id for one in chunk.clicks], chunk.torn) == (["a", "a"], 1)


def test_a_chunk_of_garbage_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(b"\0" * 5_000)
    chunk = read_chunk(path, 0, limit=1_000)
    assert (chunk.end, chunk.torn) == (1_000, 1)


def _holds(ask: object) -> bool:
    try:
        return bool(ask())  # type: ignore[operator]
    except JournalBroken:
        return False
