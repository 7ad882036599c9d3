"""Stores are known from the topic, and before it is read, from the last process's file."""

from pathlib import Path

import pytest

from services.click_tracking import consumer
from services.click_tracking.stores import NoStoresYet, PausedStore, Store, StoreBook, UnknownStore
from shared.events import Event
from tests.unit.click_tracking.builders import NOW, make_store


def _told(*stores: Store, version: int = 1) -> dict[str, tuple[int, Store]]:
    return {one.store_id: (version, one) for one in stores}


def _template(book: StoreBook, store_id: str = "aliexpress") -> str:
    return book.door(store_id).template


def test_a_newer_version_replaces_an_older_one() -> None:
    book = StoreBook()
    book.learn(_told(make_store(tracking_url="https://new.example/{click_id}"), version=2))
    assert not book.learn(_told(make_store(tracking_url="https://old.example/{click_id}")))
    assert _template(book) == "https://new.example/{click_id}"


def test_the_topic_wins_over_the_file(tmp_path: Path) -> None:
    """A catalog that began anew counts its versions anew; the file must not hide it."""
    before = StoreBook()
    before.learn(_told(make_store(), version=9))
    before.save(tmp_path / "stores.json")
    book = StoreBook()
    book.load(tmp_path / "stores.json")
    assert _template(book) == _template(before)
    assert book.learn(_told(make_store(status="paused"), version=1))
    with pytest.raises(PausedStore):
        book.door("aliexpress")


def test_an_unknown_store_is_named() -> None:
    with pytest.raises(UnknownStore) as refusal:
        StoreBook().door("nowhere")
    assert "nowhere" in str(refusal.value)


def test_a_link_that_cannot_be_used_leaves_the_old_one() -> None:
    book = StoreBook()
    book.learn(_told(make_store()))
    book.learn(_told(make_store(tracking_url="javascript:{click_id}"), version=2))
    assert _template(book).startswith("https://shop.example/")


def test_readiness_waits_for_the_stores(tmp_path: Path) -> None:
    book = StoreBook()
    with pytest.raises(NoStoresYet):
        book.check()
    book.learn({})  # the topic has been read to its end, and there is no store
    book.check()
    another = StoreBook()
    another.load(tmp_path / "missing.json")
    with pytest.raises(NoStoresYet):
        another.check()


def test_a_broken_file_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "stores.json").write_bytes(b'[{"store_id": 5}')
    book = StoreBook()
    book.load(tmp_path / "stores.json")
    with pytest.raises(UnknownStore):
        book.door("aliexpress")


def test_messages_that_cannot_be_read_are_passed_over() -> None:
    told: dict[str, tuple[int, Store]] = {}
    for value in (None, b"", b"{}", b"\xff", _message({"store_id": "x"}), _message({}, "other")):
        consumer.hear(value, told)
    assert told == {}


def test_the_newest_version_of_a_reading_counts() -> None:
    told: dict[str, tuple[int, Store]] = {}
    for version in (1, 3, 2):
        consumer.hear(_message({**_fields(), "number": version}, version=version), told)
    assert told["aliexpress"][0] == told["aliexpress"][1].number == 3


def _fields() -> dict[str, object]:
    return {
        "store_id": "aliexpress",
        "number": 1,
        "status": "active",
        "tracking_url": "https://shop.example/?subid={click_id}",
        "deep_link_hosts": ["shop.example"],
        "name": "a field this service does not need",
    }


def _message(data: dict[str, object], kind: str = "store.changed", version: int = 1) -> bytes:
    return Event("stores", "aliexpress", kind, "aliexpress", version, NOW, data).encode()
