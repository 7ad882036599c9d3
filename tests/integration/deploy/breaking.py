"""How the tests of `verify` break the books that it reads."""

import uuid
from collections.abc import Callable

import psycopg

PAYOUT = str(uuid.UUID(int=7))


def break_books(url_of: Callable[[str], str], service: str, *statements: str) -> None:
    """Run statements as a service that forgot its rules."""
    with psycopg.connect(url_of(service)) as connection:
        for statement in statements:
            connection.execute(statement)


def settled_top_up(rubles: int) -> tuple[str, ...]:
    """Answer the statements of a payout that was settled."""
    member, goal = uuid.uuid4(), uuid.uuid4()
    return (
        f"INSERT INTO members (member_id) VALUES ('{member}')",
        f"""
        INSERT INTO goals (goal_id, member_id, kind, position)
        VALUES ('{goal}', '{member}', 'top_up', 1)
        """,
        "INSERT INTO runs (month, cutoff_at, started_at) VALUES ('2026-12', now(), now())",
        f"""
        INSERT INTO payouts (payout_id, run_month, member_id, goal_id, kind, amount, minimum,
                             reserved, state, requested_at)
        VALUES ('{PAYOUT}', '2026-12', '{member}', '{goal}', 'top_up', {rubles}, 1,
                {rubles}, 'settled', now())
        """,
    )
