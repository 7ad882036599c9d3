"""What of an order can be compared: each of its lines, and what is said of several as one sum."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from services.partner_postback.domain.algebra import covers, names_no_line
from services.partner_postback.formats.request import Source
from services.partner_postback.match.rows import About, Side
from services.partner_postback.match.sides import (
    Line,
    Order,
    Said,
    Statement,
    Values,
    counted,
    says_of_each_line,
    status_only,
    sum_of,
    values_of,
)

# A line's id within its order, and its action.
LineKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A line, or the sum of several: what each side says of it, and what counts.

    `speaking`: the sides that say anything of it; `said`: what a conversion may be made of.
    """

    about: About
    line_id: str
    action: str
    ordered_at: datetime
    sides: Mapping[Source, Side]
    speaking: frozenset[Source]
    said: Said
    counts: Values | None
    conversion_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is said of a whole order, and which lines it covers."""

    keys: tuple[LineKey, ...]
    statement: Statement


def subjects(order: Order) -> Iterator[Subject]:
    """Answer what of an order is compared.

    | said of      | is compared                                                                 |
    |--------------|-----------------------------------------------------------------------------|
    | a line       | on that line                                                                |
    | the order    | on the line, when it covers one alone; on each of several without its       |
    |              | amount, and this with their sum; by itself when no line is known            |
    """
    statements = sorted(order.statements, key=_arrival)
    recorded = {(one.line_id, one.action): one for one in order.lines}
    own = _by_line(statements)
    keys = sorted({*own, *recorded})
    whole = [_whole(one, keys) for one in statements if names_no_line(one.said)]
    lines = {key: _line(key, own.get(key, ()), whole, recorded.get(key)) for key in keys}
    yield from lines.values()
    for covered, same in groupby(sorted(whole, key=lambda one: one.keys), lambda one: one.keys):
        said = [one.statement for one in same]
        if not covered:
            yield _unknown(said)
        elif len(covered) > 1 and any(_names_amount(one) for one in said):
            yield _sum([lines[key] for key in covered], said)


def first_moment(said: Said) -> datetime:
    """Answer when something was ordered: as named first, else when the first word of it came."""
    named = [one.said.ordered_at for one in said if one.said.ordered_at]
    return min(named or (one.received_at for one in said))


def _arrival(statement: Statement) -> tuple[datetime, UUID]:
    return statement.received_at, statement.receipt_id


def _by_line(said: Said) -> Mapping[LineKey, Said]:
    found: dict[LineKey, list[Statement]] = defaultdict(list)
    for one in said:
        if not names_no_line(one.said):
            found[one.said.line_id, one.said.action].append(one)
    return found


def _whole(statement: Statement, keys: Iterable[LineKey]) -> _Whole:
    return _Whole(tuple(key for key in keys if covers(statement.said, key[1])), statement)


def _line(key: LineKey, own: Said, whole: Iterable[_Whole], recorded: Line | None) -> Subject:
    covering = [one for one in whole if key in one.keys]
    said = [*own, *(of_line for one in covering for of_line in _of_one_line(one))]
    currency = recorded.currency if recorded else None
    spoken = [*own, *(one.statement for one in covering)]
    return Subject(
        about=About.LINE,
        line_id=key[0],
        action=key[1],
        ordered_at=recorded.ordered_at if recorded else first_moment(spoken),
        sides=_sides(said, currency),
        speaking=frozenset(one.source for one in spoken),
        said=said,
        counts=counted(recorded) if recorded else None,
        conversion_id=recorded.conversion_id if recorded else None,
    )


def _of_one_line(whole: _Whole) -> Said:
    statement = whole.statement
    if len(whole.keys) == 1:
        return [statement]
    if not says_of_each_line(statement):
        return []
    return [msgspec.structs.replace(statement, said=status_only(statement.said))]


def _unknown(said: Said) -> Subject:
    """Answer what is said of an order none of whose lines is known."""
    return Subject(
        about=About.ORDER,
        line_id="",
        action=min(one.said.action for one in said),
        ordered_at=first_moment(said),
        sides=_sides(said, None),
        speaking=frozenset(one.source for one in said),
        said=said,
        counts=None,
    )


def _sum(lines: Sequence[Subject], said: Said) -> Subject:
    """Answer the sum of an order's lines beside what is said of all of them as one."""
    counts = sum_of([one.counts for one in lines])
    sums = {
        source: Side(total, None)
        for source in Source
        if (total := sum_of([_values(one, source) for one in lines])) is not None
    }
    currency = counts.currency if counts else None
    as_one = _sides([one for one in said if _names_amount(one)], currency)
    amounts = {
        source: Side(Values(None, side.values.amount_minor, side.values.currency), side.receipt_id)
        for source, side in as_one.items()
    }
    return Subject(
        about=About.ORDER,
        line_id="",
        action=min(one.said.action for one in said),
        ordered_at=min(one.ordered_at for one in lines),
        sides={**sums, **amounts},
        speaking=frozenset(Source),  # who says it line by line says it too
        said=(),
        counts=counts,
    )


def _values(line: Subject, source: Source) -> Values | None:
    return line.sides[source].values if source in line.sides else None


def _names_amount(statement: Statement) -> bool:
    return bool(statement.said.amount or statement.said.amount_text)


def _sides(said: Said, currency: str | None) -> Mapping[Source, Side]:
    found: dict[Source, list[Statement]] = defaultdict(list)
    for one in said:
        found[one.source].append(one)
    return {source: _side(of_side, currency) for source, of_side in found.items()}


def _side(said: Said, currency: str | None) -> Side:
    newest = max(said, key=_arrival)
    return Side(values_of((one.said for one in said), currency), newest.receipt_id)
