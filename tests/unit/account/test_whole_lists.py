"""An export reads a list to its end, page by page, and never hands out a part for the whole."""

from typing import Any, cast

import pytest

from services.account.services import Service, every
from shared.http_client import CallFailed


class Pages:
    """A list of `size` numbers in pages of three."""

    def __init__(self, size: int) -> None:
        self.size = size

    def get(self, path: str, token: str = "", **query: Any) -> dict[str, Any]:
        assert (path, token) == ("me/bonuses", "token")
        begin = query["after"] or 0
        end = min(begin + 3, self.size)
        return {"data": list(range(begin, end)), "next": end if end < self.size else None}


@pytest.mark.parametrize("size", [0, 3, 10])
def test_a_list_is_whole(size: int) -> None:
    assert list(every(cast("Service", Pages(size)), "me/bonuses", "token")) == list(range(size))


def test_a_list_without_end_is_no_list() -> None:
    endless = every(cast("Service", Pages(10**9)), "me/bonuses", "token")
    with pytest.raises(CallFailed, match="does not end"):
        list(endless)
