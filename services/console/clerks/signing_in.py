"""Signing in: a name, a password and a code, each try counted, each code used once."""

from dataclasses import dataclass

from sqlalchemy import Engine

from services.console.clerks import proving, store
from services.console.clerks.domain import Clerk, check_password, is_name
from shared.addresses import address_or_text
from shared.clock import Clock
from shared.sealed import Sealer
from shared.throttle import Throttle


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
        counts = ((self.names, name[:64]), (self.addresses, address_or_text(address)))
        for throttle, key in counts:
            throttle.check(key)
        clerk = self._proven(name, password, code)
        if clerk is None:
            for throttle, key in counts:
                throttle.note_failure(key)
            raise WrongSignIn
        return clerk

    def change_password(self, clerk: Clerk, old: str, new: str) -> int:
        """Keep a clerk's new password; answers the version that his session needs from now on.

        Raises WrongSignIn, WeakPassword, TooManyTries.
        """
        self.names.check(clerk.name)
        check_password(new, clerk.name)
        with self.engine.begin() as connection:
            kept = store.secrets_of(connection, clerk.name)
            if kept is not None and proving.is_password(kept[0], old):
                return store.set_password(connection, clerk.name, proving.hash_password(new))
        self.names.note_failure(clerk.name)
        raise WrongSignIn

    def _proven(self, name: str, password: str, code: str) -> Clerk | None:
        with self.engine.begin() as connection:
            # What can be no name is nobody: the table is not even asked.
            kept = store.secrets_of(connection, name) if is_name(name) else None
            if not proving.is_password(kept[0] if kept else None, password) or kept is None:
                return None
            step = proving.matching_step(self.sealer, kept[1], code, self.clock())
            if step is None or not store.use_step(connection, name, step):
                return None
            return store.find(connection, name)
