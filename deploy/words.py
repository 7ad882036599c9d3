"""Words for people: a count with its noun."""


def counted(count: int, noun: str) -> str:
    """Say how many: "1 payout", "2 payouts"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('ss') else 's'}"
