"""Lets the parts of a run overlap: reading with keeping, and the keeping of two batches."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from services.partner_postback.outside.faults import Fault

# A batch is half Python and half PostgreSQL: a third one at once would only wait with the others.
KEPT_AT_ONCE = 2
T = TypeVar("T")
R = TypeVar("R")


def one_ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """Answer the items, the next one being made in a thread while the last one is used."""
    nothing = object()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        upcoming = pool.submit(next, items, nothing)
        while (item := upcoming.result()) is not nothing:
            upcoming = pool.submit(next, items, nothing)
            yield item  # type: ignore[misc]


def two_at_once(work: Callable[[T], R], items: Iterator[T]) -> Generator[tuple[T, R], None, None]:
    """Work on two items at a time; answer each, in order, once it and all before it are done.

    When the items end in a Fault, those that came before it are answered first. When the work on
    one raises, none behind it is answered.
    """
    begun: deque[tuple[T, Future[R]]] = deque()
    fault: Fault | None = None
    with ThreadPoolExecutor(KEPT_AT_ONCE, thread_name_prefix="keeping") as pool:
        while fault is None:
            try:
                item = next(items)
            except StopIteration:
                break
            except Fault as told:
                fault = told
            else:
                begun.append((item, pool.submit(work, item)))
                if len(begun) == KEPT_AT_ONCE:
                    yield _first(begun)
        while begun:
            yield _first(begun)
    if fault is not None:
        raise fault


def _first(begun: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    item, done = begun.popleft()
    return item, done.result()
