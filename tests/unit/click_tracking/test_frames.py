"""A line of the journal is whole, or it is passed over; never half a click."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.click_tracking.journal.frames import Click, TornFrame, frame, unframe
from tests.unit.click_tracking.builders import make_click

CLICKS = st.builds(
    Click,
    click_id=st.text(max_size=64),
    member_id=st.text(max_size=36),
    store_id=st.text(max_size=64),
    clicked_at_ms=st.integers(0, 2**47),
    deep_link=st.none() | st.text(max_size=200),
    repeat=st.booleans(),
)


@given(CLICKS)
def test_what_is_written_is_read(click: Click) -> None:
    line = frame(click)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert unframe(line[:-1]) == click


@given(CLICKS, st.data())
def test_a_line_cut_anywhere_is_torn(click: Click, data: st.DataObject) -> None:
    """INVARIANT: a crash in the middle of a write leaves nothing that reads as a click."""
    line = frame(click)[:-1]
    cut = data.draw(st.integers(0, len(line) - 1))
    with pytest.raises(TornFrame):
        unframe(line[:cut])


@given(st.binary(max_size=300))
def test_garbage_is_torn(line: bytes) -> None:
    with pytest.raises(TornFrame):
        unframe(line)


def test_one_changed_byte_is_torn() -> None:
    line = bytearray(frame(make_click())[:-1])
    line[30] ^= 1
    with pytest.raises(TornFrame):
        unframe(bytes(line))
