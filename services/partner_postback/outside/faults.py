"""What can be wrong with a server outside, or with its answer: each fault has its name."""

from datetime import timedelta
from enum import StrEnum

from services.partner_postback.formats.request import showable

_LONGEST_WHY = 500


class FaultCode(StrEnum):
    """What was wrong with a server or its answer; clerks read it, and programs."""

    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    CUT_OFF = "cut_off"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    NOT_AUTHORISED = "not_authorised"
    REQUEST_REFUSED = "request_refused"
    REDIRECTED = "redirected"
    ANSWER_TOO_LARGE = "answer_too_large"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    UNREADABLE = "unreadable"
    TOO_MANY_RECORDS = "too_many_records"
    REPEATED_PAGE = "repeated_page"
    CURSOR_STANDS_STILL = "cursor_stands_still"
    TOO_MANY_PAGES = "too_many_pages"
    RATES_REFUSED = "rates_refused"
    OUR_FAULT = "our_fault"


class Fault(Exception):
    """Nothing of the answer is used; `wait`: how long the server wants to be left alone."""

    def __init__(self, code: FaultCode, why: str, wait: timedelta | None = None) -> None:
        self.code = code
        self.wait = wait
        # It repeats what a server said, and is kept as text.
        super().__init__(f"{code}: {showable(why, _LONGEST_WHY)}")
