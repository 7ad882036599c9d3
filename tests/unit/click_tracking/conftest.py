"""Fixtures of click_tracking's unit tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.click_tracking.builders import Shop


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """`open_shop(stores=[...], when_broken=...)`: a redirect; its journal is closed at the end."""
    opened: list[Shop] = []

    def make(**settings: Any) -> Shop:
        opened.append(Shop(tmp_path / f"journal{len(opened)}", **settings))
        return opened[-1]

    yield make
    for shop in opened:
        shop.redirect.journal.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """A redirect with one store."""
    return open_shop()
