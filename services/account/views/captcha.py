"""The check before each SMS: a little work for the browser, or a question where it runs no script.

Both stand in the page at once (the question in <noscript>), and whichever was solved is sent on.
"""

from dataclasses import dataclass
from typing import Any

from services.account.visitor import desk
from shared.pages.form import Form
from shared.pages.words import language


@dataclass(frozen=True, slots=True)
class Captcha:
    """The challenges of one page."""

    work: str
    bits: int
    question: str
    question_challenge: str


def new_captcha() -> Captcha:
    """Ask members for both kinds of challenge."""
    work, question = (
        desk().services.members.ask("POST", "captchas", json={"kind": kind, "language": language()})
        for kind in ("work", "question")
    )
    return Captcha(
        work["challenge"], work["difficulty_bits"], question["question"], question["challenge"]
    )


def solved(form: Form) -> dict[str, Any]:
    """Answer the challenge that was solved, as members wants it."""
    by_question = bool(form["question_challenge"])
    challenge = form["question_challenge"] if by_question else form["work_challenge"]
    # A service refuses an empty answer as no answer at all: it is a wrong one.
    answer = form["question_answer"] if by_question else form["answer"]
    return {"challenge": challenge[:200] or "-", "answer": answer[:32] or "-"}
