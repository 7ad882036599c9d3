"""The ways in which a billing goes wrong, before and after it executes a top-up."""

from datetime import timedelta
from typing import Any

from flask import Response, jsonify

from services.sandbox.answers import delay, delay_seconds, lose_answer
from services.sandbox.faults import Fault
from services.sandbox.operator_billing.top_ups import Decision
from shared.problems import problem

MODES = {
    "declined": "declined; reason: unknown_number, barred or not_a_subscriber",
    "accepted": "accepted first, completed after `seconds`",
    "reversed_later": "completed, and taken back after `seconds`",
    "no_answer": "executed, then the connection breaks (after `seconds`)",
    "no_answer_before": "not executed, and the connection breaks (after `seconds`)",
    "slow": "executed, answered after `seconds`",
    "error_500": "500, not executed",
    "error_500_after": "500, although executed",
    "rate_limited": "429, not executed",
    "refused": "422, not executed: the request is not taken as it is",
    "garbage": "executed, answered with a page of HTML",
    "wrong_amount": "executed, answered with another amount",
    "statement_loses_line": "calls `statements`: the day's file lacks its first line",
    "statement_adds_line": "calls `statements`: the day's file has a top-up that nobody asked for",
    "statement_wrong_amount": "calls `statements`: the first line's amount is another",
    "statement_line_twice": "calls `statements`: the first line stands there twice",
    "statement_is_cut": "calls `statements`: the file ends before its last line",
}


def decide(fault: Fault | None) -> Decision:
    """Answer how a new top-up ends under this fault."""
    match fault:
        case Fault(mode="declined"):
            return Decision(declined=fault.reason or "not_a_subscriber")
        case Fault(mode="accepted"):
            return Decision(completes_after=timedelta(seconds=delay_seconds(fault)))
        case Fault(mode="reversed_later"):
            return Decision(reverses_after=timedelta(seconds=fault.seconds or 0))
        case _:
            return Decision()


def instead_of_executing(fault: Fault | None) -> Response | None:
    """Answer what the caller gets when nothing is executed; None when it is to be."""
    match fault:
        case Fault(mode="error_500"):
            return problem(500, "billing_broken", "The billing broke down before the top-up.")
        case Fault(mode="rate_limited"):
            response = problem(429, "too_many_requests", "Ask again later.")
            response.headers["Retry-After"] = "1"
            return response
        case Fault(mode="refused"):
            return problem(422, "not_taken", "The billing does not take this request as it is.")
        case Fault(mode="no_answer_before"):
            return lose_answer(fault)
        case _:
            return None


def instead_of_a_file(fault: Fault | None) -> Response | None:
    """Answer what the caller gets in place of a day's file; None when it is to be the file."""
    if fault is not None and fault.mode in {"no_answer", "error_500_after", "garbage"}:
        return tell({}, fault)
    return None


def tell(answer: dict[str, Any], fault: Fault | None) -> Response:
    """Answer the caller, or do to the answer what the fault says."""
    match fault:
        case Fault(mode="no_answer"):
            return lose_answer(fault)
        case Fault(mode="error_500_after"):
            return problem(500, "billing_broken", "The billing broke down.")
        case Fault(mode="garbage"):
            return Response("<html><body><h1>Welcome to the portal</h1></body></html>")
        case Fault(mode="wrong_amount"):
            return jsonify(answer | {"amount_rubles": answer["amount_rubles"] + 1})
        case Fault(mode="slow"):
            delay(fault)
    return jsonify(answer)
