"""The comparison: what the sides say of each line of an order, and whose value counts. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from services.partner_postback.formats.request import BY_PARTNERS, Source
from services.partner_postback.match.deciders import deciders
from services.partner_postback.match.rows import About, Difference, Outcome, Row
from services.partner_postback.match.sides import Field, Order, Values
from services.partner_postback.match.subjects import Subject, first_moment, subjects


def compare(order: Order, taking_part: Collection[Source]) -> list[Row]:
    """Compare what the sides that take part say of an order, line by line.

    A side says of a line what its own messages add up to, whatever their verdict (`values_of`).

    | the line is | when                                                                    |
    |-------------|-------------------------------------------------------------------------|
    | `different` | of those that name a field, sides and conversion, not all name the same |
    | `missing`   | else, when a side says nothing of the line                              |
    | `agreed`    | else                                                                    |

    What counts is the conversion as it is recorded. It was decided by the sides without whose
    messages it would be another; where several say the same, by them (`deciders`).

    A message about a whole order speaks of each line that it covers, but for its amount when these
    are several: that is compared with their sum, in a row about the order (`subjects`).

    Example: pushed 1 000 rubles, pulled 900, the file says nothing: `different` in amount_minor,
    push 100 000, pull 90 000; 90 000 counts, decided by pull; missing: file.
    """
    if order.is_cut:
        moment = first_moment(order.statements)
        return [Row(About.ORDER, order.order_id, "", "", moment, Outcome.TOO_MANY)]
    return [_row(order.order_id, one, taking_part) for one in subjects(order)]


def _row(order_id: str, subject: Subject, taking_part: Collection[Source]) -> Row:
    sides = {one: side for one, side in subject.sides.items() if one in taking_part}
    missing = [one for one in BY_PARTNERS if one in taking_part and one not in subject.speaking]
    differences = list(_differences(subject, {one: side.values for one, side in sides.items()}))
    return Row(
        about=subject.about,
        order_id=order_id,
        line_id=subject.line_id,
        action=subject.action,
        ordered_at=subject.ordered_at,
        outcome=_outcome(differences, missing),
        missing=missing,
        differences=differences,
        sides=sides,
        counts=subject.counts,
        conversion_id=subject.conversion_id,
    )


def _outcome(differences: Collection[Difference], missing: Collection[Source]) -> Outcome:
    if differences:
        return Outcome.DIFFERENT
    return Outcome.MISSING if missing else Outcome.AGREED


def _differences(subject: Subject, sides: Mapping[Source, Values]) -> Iterator[Difference]:
    for field in Field:
        named = {
            one: value for one, values in sides.items() if (value := values.of(field)) is not None
        }
        counts = subject.counts.of(field) if subject.counts else None
        if len({*named.values(), *_if_named(counts)}) > 1:
            decided_by = deciders(subject, field, named) if subject.counts else []
            yield Difference(field, named, counts, decided_by)


def _if_named(value: str | int | None) -> Iterable[str | int]:
    return () if value is None else (value,)
