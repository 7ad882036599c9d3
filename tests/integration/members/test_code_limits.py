"""How many codes are sent, each after a captcha, and the alarm when none come back."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from services.members.captcha.checking import MOST_QUESTIONS
from services.members.codes.pumping import watch
from tests.integration.members.conftest import Desk
from tests.integration.members.people import Person
from tests.integration.members.relatives import problem
from tests.support.clock import SteppedClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def person(desk: Desk, service_engine: Callable[[str], Engine]) -> Iterator[Person]:
    return Person(desk, service_engine("members"))


def test_a_number_gets_five_codes_an_hour_and_ten_a_day(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: another address, another sign-up and another purpose are no way round."""
    for _ in range(2):
        for _ in range(5):
            other = Person(person.desk, service_engine("members"), phone=person.phone)
            assert other.begins().status_code == 201
            clock.move(MINUTE)
        refused = person.begins()
        assert problem(refused) == (429, "too_many_codes", None)
        clock.move(HOUR)
    refused = person.wants_code()
    assert problem(refused) == (429, "too_many_codes", None)
    assert refused.headers["Retry-After"] == "86400"
    clock.move(timedelta(days=1))
    assert person.begins().status_code == 201


def test_an_address_asks_for_twenty_an_hour(
    person: Person, service_engine: Callable[[str], Engine]
) -> None:
    for _ in range(20):
        one = Person(person.desk, service_engine("members"), address=person.address)
        assert one.begins().status_code == 201
    assert problem(person.begins()) == (429, "too_many_codes", None)
    person.address = "198.51.100.77"
    assert person.begins().status_code == 201


def test_a_country_that_asked_for_too_many_is_refused_whoever_is_a_member(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: a limit tells nobody which numbers are registered."""
    engine = service_engine("members")
    people = [Person(person.desk, engine, phone=f"+35840{one}234567") for one in (1, 2)]
    person.desk.register(phone=people[0].phone)
    asked = text("""
        INSERT INTO code_sendings (recipient_digest, visitor_address, prefix, sent_at)
        SELECT sha256(n::text::bytea), n::text, '+358', :now FROM generate_series(1, 100) AS n
    """)
    with engine.begin() as connection:
        connection.execute(asked, {"now": clock()})
    answers = [problem(one.wants_code()) for one in people]
    assert answers == [(429, "too_many_codes", None)] * 2


def test_asking_at_once_sends_one_code(person: Person) -> None:
    """INVARIANT: one SMS a minute to a number, however many ask at the same moment."""
    captchas = [person.captcha() for _ in range(6)]
    with ThreadPoolExecutor(6) as askers:
        answers = list(askers.map(lambda one: person.begins(captcha=one), captchas))
    assert sorted(one.status_code for one in answers) == [201] + [429] * 5
    assert len(person.letters()) == 1


def test_a_captcha_is_solved_once(
    person: Person, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    """INVARIANT: eight sign-ups with one captcha are one sign-up."""
    solved = person.captcha()
    people = [Person(person.desk, service_engine("members")) for _ in range(8)]
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(lambda one: one.begins(captcha=solved), people))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    late = person.captcha()
    clock.move(10 * MINUTE)
    refused = person.begins(captcha=late)
    assert problem(refused) == (409, "captcha_over", "captcha.challenge")


def test_a_wrong_answer_uses_a_captcha_up(person: Person) -> None:
    asked = person.done("POST", "/captchas", {"kind": "question", "language": "ru"})
    assert asked["question"].startswith("Сколько будет")
    wrong = {"challenge": asked["challenge"], "answer": "сто"}
    refused = person.begins(captcha=wrong)
    assert problem(refused) == (422, "wrong_captcha", "captcha.answer")
    assert problem(person.begins(captcha=wrong))[1] == "captcha_over"
    forged = {"challenge": asked["challenge"][:-2] + "AA", "answer": "1"}
    assert problem(person.begins(captcha=forged))[1] == "captcha_over"


def test_questions_are_answered_by_people_and_so_seldom(person: Person) -> None:
    for _ in range(MOST_QUESTIONS):
        asked = person.done("POST", "/captchas", {"kind": "question"})
        wrong = {"challenge": asked["challenge"], "answer": "x"}
        assert problem(person.begins(captcha=wrong))[1] == "wrong_captcha"
    asked = person.done("POST", "/captchas", {"kind": "question"})
    refused = person.begins(captcha={"challenge": asked["challenge"], "answer": "x"})
    assert problem(refused)[:2] == (429, "too_many_questions")
    assert person.begins().status_code == 201


def test_a_country_whose_codes_never_return_raises_an_alarm(
    service_engine: Callable[[str], Engine], clock: SteppedClock
) -> None:
    add = text("""
        INSERT INTO code_sendings
            (recipient_digest, visitor_address, prefix, sent_at, typed_back_at)
        SELECT decode(md5(n::text), 'hex'), 'pumped', '+999', :at, CASE WHEN n <= :back THEN :at END
        FROM generate_series(1, 30) AS n
    """)
    for back, alarms in ((8, 0), (0, 1)):
        with service_engine("members").connect() as connection, capture_logs() as logs:
            connection.execute(add, {"at": clock() - 6 * MINUTE, "back": back})
            watch(connection, "+999", clock())
            watch(connection, "+998", clock())
            connection.rollback()
        assert [one["event"] for one in logs] == ["codes.pumped"] * alarms


def test_no_code_and_no_number_is_in_an_event_or_a_log(person: Person) -> None:
    """INVARIANT: what proves a number is in the letter alone."""
    with capture_logs() as logs:
        begun = person.begins().get_json()
        code = person.code()
        person.done("POST", f"/sign-ups/{begun['sign_up_id']}/phone-code", {"code": code})
    with person.engine.connect() as connection:
        said = connection.scalars(text("SELECT message FROM event_log")).all()
    for place in (*said, str(logs)):
        assert person.phone[1:] not in place
        assert begun["sign_up_id"] not in place
    assert f"'{code}'" not in str(logs)
