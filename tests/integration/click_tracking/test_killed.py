"""INVARIANT: a click that was answered is never lost, whichever process is killed, whenever."""

from deploy.local import process
from services.click_tracking.journal.segments import segments
from tests.integration.click_tracking.running import ClickTracking, Load, Said
from tests.support.waiting import eventually

CLICKS = 600


def test_no_answered_click_is_lost_when_the_web_process_is_killed(
    fresh: ClickTracking, said: Said
) -> None:
    """Writing to the journal after the answer, or into a buffer of ours, would break it."""
    fresh.start("ship")
    web = fresh.start("web")
    store_id = fresh.open_store()
    answered: set[str] = set()
    for _ in range(3):
        load = Load(fresh, store_id)
        eventually(lambda load=load: len(load.answered) >= CLICKS)  # type: ignore[misc]
        process.kill(web)
        answered |= load.stop()
        web = fresh.start("web")
    assert answered <= fresh.in_journal()
    eventually(lambda: not said.missing(answered), seconds=30)
    eventually(lambda: len(segments(fresh.journal)) == 1, what="the others moved to shipped/")


def test_no_click_is_lost_when_the_shipper_is_killed(fresh: ClickTracking, said: Said) -> None:
    """Moving the position before the acknowledgement would break it; repeats are the same event."""
    fresh.start("web")
    store_id = fresh.open_store()
    load = Load(fresh, store_id)
    for _ in range(3):
        ship = fresh.start("ship")
        before = len(load.answered)
        eventually(lambda before=before: len(load.answered) >= before + 300)  # type: ignore[misc]
        process.kill(ship)
    answered = load.stop()
    fresh.start("ship")
    eventually(lambda: not said.missing(answered), seconds=30)
    assert all(len({event.event_id for event in said.of(one)}) == 1 for one in list(answered)[:50])


def test_a_graceful_stop_loses_nothing_either(fresh: ClickTracking) -> None:
    web = fresh.start("web")
    store_id = fresh.open_store()
    load = Load(fresh, store_id)
    eventually(lambda: len(load.answered) >= CLICKS)
    process.stop(web)
    assert load.stop() <= fresh.in_journal()
