"""How the tests of `verify` break the books that it reads."""

import uuid

from psycopg import sql

from deploy.verify.books import Auditor

PAYOUT = str(uuid.UUID(int=7))


def break_books(auditor: Auditor, service: str, *statements: str) -> None:
    """Run statements as a service that forgot its rules, in the auditor's own transaction."""
    become(auditor, service)
    for statement in statements:
        auditor.execute(statement)
    auditor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would look at
    become(auditor, "auditor")


def become(auditor: Auditor, role: str) -> None:
    """Go on in another role, which finds its own schema first."""
    auditor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))


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
