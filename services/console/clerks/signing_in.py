"""Signing in: a name, a password and a code, each try counted, each code used once.

Who sends the right password with wrong codes again and again has stolen it: PostgreSQL counts them,
and after so many only new secrets let the clerk in. Nobody is locked out who keeps his password.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from services.console.clerks import proving, store
from services.console.clerks.domain import Clerk, check_password, is_name
from shared.addresses import address_or_text
from shared.clock import Clock
from shared.sealed import Sealer
from shared.throttle import Throttle

log = structlog.get_logger()
MOST_WRONG_CODES = 20


class WrongSignIn(Exception):
    """The name, the password or the code is wrong, or the code was used: which is not told."""


@dataclass(frozen=True, slots=True)
class Door:
    """What signing in needs."""

    engine: Engine
    sealer: Sealer
    names: Throttle
    # An office shares one address: many clerks stand behind it.
    addresses: Throttle
    clock: Clock

    def prove(self, name: str, password: str, code: str, address: str) -> Clerk:
        """Answer the clerk who knows all three; raises WrongSignIn, TooManyTries."""
        counted = address_or_text(address)
        self.addresses.check(counted)
        self.names.begin(name[:64])
        clerk = self._proven(name, password, code)
        if clerk is None:
            self.addresses.note_failure(counted)
            raise WrongSignIn
        self.names.forget(name[:64])
        return clerk

    def change_password(self, clerk: Clerk, old: str, new: str) -> int:
        """Keep a clerk's new password; answers the version that his session needs from now on.

        Raises WrongSignIn, WeakPassword, TooManyTries.
        """
        check_password(new, clerk.name)
        self.names.begin(clerk.name)
        with self.engine.begin() as connection:
            kept = store.secrets_of(connection, clerk.name)
            if kept is not None and proving.is_password(kept[0], old):
                version = store.set_password(connection, clerk.name, proving.hash_password(new))
                self.names.forget(clerk.name)
                return version
        raise WrongSignIn

    def _proven(self, name: str, password: str, code: str) -> Clerk | None:
        with self.engine.begin() as connection:
            # What can be no name is nobody: the table is not even asked.
            kept = store.secrets_of(connection, name) if is_name(name) else None
            if not proving.is_password(kept[0] if kept else None, password) or kept is None:
                return None
            if not store.begin_code(connection, name, MOST_WRONG_CODES):
                log.error("console.codes_guessed_at", clerk=name)
                return None
            step = proving.matching_step(self.sealer, kept[1], code, self.clock())
            if step is None or not store.use_step(connection, name, step):
                return None
            store.note_right_code(connection, name)
            return store.find(connection, name)
