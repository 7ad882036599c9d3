"""Words for people: a count with its noun, a sum of money."""

from shared.money import minor_units


def counted(count: int, noun: str) -> str:
    """Say how many: "1 payout", "2 payouts"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('ss') else 's'}"


def money(amount_minor: int, currency: str) -> str:
    """Write a sum as it is paid: "2 500.00 RUB", from 250000 minor units."""
    places = minor_units(currency)
    whole, part = divmod(amount_minor, 10**places)
    decimals = f".{part:0{places}d}" if places else ""
    return f"{whole:,}{decimals} {currency}".replace(",", " ")
