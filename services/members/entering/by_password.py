"""Sign-in by number and password: the try is counted, then the password checked, then let in.

Three transactions, since none is to be open while argon2 works.
"""

from sqlalchemy import Connection

from services.members import store as members
from services.members.domain import Member, read_phone
from services.members.entering.devices import let_in
from services.members.entering.domain import Browser, Entry, WrongSignIn
from services.members.front import Front
from services.members.passwords import store as passwords
from services.members.passwords.guesses import PasswordLocked


def sign_in(here: Front, phone: str, password: str, address: str, browser: Browser) -> Entry:
    """Let a member in; raises WrongSignIn whatever is wrong, PasswordLocked, MemberBlocked."""
    number, now = read_phone(phone), here.clock()
    with here.engine.begin() as connection:
        may_try = here.guesses.begin(connection, number, address, now)
    if not may_try:
        raise PasswordLocked
    with here.engine.connect() as connection:
        found = members.find_by_phone(connection, number)
        kept = None if found is None else passwords.find(connection, found.member_id)
    if not here.hasher.fits(password, kept) or found is None or kept is None:
        raise WrongSignIn
    newer = here.hasher.hash(password) if here.hasher.is_outdated(kept) else None
    with here.engine.begin() as connection:
        member = _unchanged(connection, found, kept)
        if newer is not None:
            passwords.rehash(connection, member.member_id, kept, newer)
        here.guesses.was_right(connection, number, address)
        return let_in(connection, member, browser, here.door, now)


def _unchanged(connection: Connection, found: Member, kept: str) -> Member:
    """Lock the member; raises WrongSignIn where number or password changed meanwhile."""
    member = members.find(connection, found.member_id, lock=True)
    if member.phone != found.phone or passwords.find(connection, member.member_id) != kept:
        raise WrongSignIn
    return member
