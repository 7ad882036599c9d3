"""What the sum of a record means: a total, what came back, or a change of what was paid."""

from msgspec import Struct

from services.partner_postback.domain.algebra import Basis, Says
from services.partner_postback.formats.fields import checked_money
from services.partner_postback.formats.profile import Profile
from services.partner_postback.formats.request import Code, Refused
from shared.money import InvalidAmount, Money, NotDecimal, minor_units, parse_money

_MOST_PIECES = 1_000_000
_LONGEST_WHOLE = 9
# The places of sums, the one that is taken first; a change is asked only where there is no total.
_PLACES = ("amount_left", "amount", "change")
# A currency of the most decimals: a sum that it can write may still be one of any other.
_MOST_DECIMALS = "CLF"


class Found(Struct, frozen=True):
    """The texts of a record by our fields, and the partner's names under which they were sent."""

    texts: dict[str, str]
    names: dict[str, str]

    def name_of(self, ours: str) -> str:
        """Answer what the partner calls a field of ours."""
        return self.names.get(ours, ours)


class Sum(Struct, frozen=True):
    """What a record says of money; `text`: an amount whose currency only its conversion names."""

    says: Says
    basis: Basis = Basis.TOTAL
    money: Money | None = None
    text: str | None = None


def read_sum(profile: Profile, found: Found, says: Says) -> Sum:
    """Answer what the sum of a record means; raises Refused.

    | place       | with the word    | means                                                    |
    |-------------|------------------|----------------------------------------------------------|
    | amount      | returned         | what came back                                           |
    | amount      | any other        | the total; below 0, where the profile says: came back    |
    | amount_left | any              | what stays paid                                          |
    | change      | returned         | what came back, whatever its sign                        |
    | change      | any other        | what came on top; below 0: what came back                |

    A change of a `reported` line amends it. What is below 0 in a `declined` record stays declined.
    """
    ours = next((one for one in _PLACES if one in found.texts), None)
    if ours is None:
        return Sum(says)
    if ours == "amount_left" and "amount" in found.texts:
        name = found.name_of(ours)
        why = f"{name}: Say either what came back or what is left."
        raise Refused(Code.INVALID_FIELDS, why, name)
    text = found.texts[ours]
    is_below = text.startswith("-") and (
        ours == "change" or (ours == "amount" and profile.negative_comes_back)
    )
    says, basis = _meaning(ours, says, is_below=is_below)
    return _read(profile, found, Sum(says, basis), (ours, text[1:] if is_below else text))


def whole(found: Found, ours: str, most: int) -> int | None:
    """Answer a count from 1 to `most`, or None where there is none; raises Refused."""
    text = found.texts.get(ours)
    if text is None:
        return None
    is_whole = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_WHOLE
    if not is_whole or not 1 <= int(text) <= most:
        name = found.name_of(ours)
        raise Refused(Code.INVALID_FIELDS, f"{name}: Not a whole number from 1 to {most}.", name)
    return int(text)


def check_amount(profile: Profile, name: str, text: str) -> None:
    """Check an amount whose currency is not known, or which is not used; raises Refused."""
    checked_money(lambda: _parse(profile, text, _MOST_DECIMALS), (name, name))


def _meaning(ours: str, says: Says, *, is_below: bool) -> tuple[Says, Basis]:
    if says is Says.RETURNED:
        return says, Basis.TOTAL if ours == "amount_left" else Basis.LESS
    if is_below:
        return (says if says is Says.DECLINED else Says.RETURNED), Basis.LESS
    if ours == "change":
        return (Says.AMENDED if says is Says.REPORTED else says), Basis.MORE
    return says, Basis.TOTAL


def _read(profile: Profile, found: Found, said: Sum, sent: tuple[str, str]) -> Sum:
    ours, text = sent
    names = (found.name_of(ours), found.name_of("currency"))
    currency, pieces = found.texts.get("currency"), whole(found, "quantity", _MOST_PIECES)
    if currency is not None:
        money = checked_money(lambda: _times(_parse(profile, text, currency), pieces), names)
        return Sum(said.says, said.basis, money)
    # Minor units and prices of one piece cannot wait for the currency: they are no decimal sums.
    if said.says is Says.REPORTED or profile.decimal == "minor" or pieces is not None:
        raise Refused(Code.INVALID_FIELDS, f"{names[1]}: Needed with {names[0]}.", names[1])
    check_amount(profile, names[0], text)
    return Sum(said.says, said.basis, text=_with_dot(profile, text))


def _times(price: Money, pieces: int | None) -> Money:
    return price if pieces is None else Money(price.amount_minor * pieces, price.currency)


def _parse(profile: Profile, text: str, currency: str) -> Money:
    if profile.decimal == "minor":
        if not (text.isascii() and text.isdecimal()):
            raise InvalidAmount(text, "write whole minor units")
        return Money(int(text), currency)
    dotted = _with_dot(profile, text)
    try:
        return parse_money(_cut(dotted, currency) if profile.cuts_decimals else dotted, currency)
    except NotDecimal:
        if profile.decimal != "comma":
            raise
        raise InvalidAmount(text, "write digits with at most one comma, such as 1083,29") from None


def _with_dot(profile: Profile, text: str) -> str:
    if profile.decimal != "comma":
        return text
    if "." in text:
        raise InvalidAmount(text, "write a decimal comma, and no full stop")
    return text.replace(",", ".")


def _cut(text: str, currency: str) -> str:
    whole_part, _, fraction = text.partition(".")
    if not (fraction.isascii() and fraction.isdecimal()):
        return text
    kept = fraction[: minor_units(currency)]
    return f"{whole_part}.{kept}" if kept else whole_part
