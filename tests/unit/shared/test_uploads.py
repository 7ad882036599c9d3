"""Uploads keep threads: only so many at once, and no sender all of them."""

import pytest

from shared.body import TooManyUploads, Uploads


def test_one_sender_cannot_keep_the_others_out() -> None:
    """What would break it: slots for all alone; who sends a byte a second would hold each."""
    uploads = Uploads(2, most_of_one=1)
    with uploads.one_of("anna"):
        with pytest.raises(TooManyUploads), uploads.one_of("anna"):
            pass
        with uploads.one_of("boris"):
            pass


def test_there_are_only_so_many_at_once() -> None:
    uploads = Uploads(2, most_of_one=2)
    with (
        uploads.one_of("anna"),
        uploads.one_of("boris"),
        pytest.raises(TooManyUploads),
        uploads.one_of("clara"),
    ):
        pass
    with uploads.one_of("clara"), uploads.one_of("clara"):
        pass


def test_one_that_failed_leaves_its_place() -> None:
    uploads = Uploads(1, most_of_one=1)
    with pytest.raises(ZeroDivisionError), uploads.one_of("anna"):
        _ = 1 / 0
    with uploads.one_of("anna"):
        pass
