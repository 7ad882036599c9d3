"""The tables of clerks and of the TOTP steps they used, and every query on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.console.clerks.domain import Clerk, Role

_COLUMNS = "name, role, is_active, password_is_temporary, version"
_ADD = text("""
INSERT INTO clerks (name, password_hash, password_is_temporary, totp_secret, role, made_at)
VALUES (:name, :password_hash, true, :totp_secret, :role, :made_at)
ON CONFLICT DO NOTHING
""")
_RENEW = text("""
UPDATE clerks SET password_hash = :password_hash, password_is_temporary = true,
    totp_secret = :totp_secret, is_active = true, version = version + 1, wrong_codes = 0
WHERE name = :name
""")
_SET_PASSWORD = text("""
UPDATE clerks SET password_hash = :password_hash, password_is_temporary = false,
    version = version + 1
WHERE name = :name RETURNING version
""")
_SET_ROLE = text("UPDATE clerks SET role = :role, version = version + 1 WHERE name = :name")
_END = text("UPDATE clerks SET is_active = false, version = version + 1 WHERE name = :name")
_FIND = text(f"SELECT {_COLUMNS} FROM clerks WHERE name = :name")  # noqa: S608 - our own columns
_SECRETS = text("SELECT password_hash, totp_secret FROM clerks WHERE name = :name AND is_active")
_LIST = text(f"SELECT {_COLUMNS} FROM clerks ORDER BY name LIMIT 1000")  # noqa: S608
_USE_STEP = text("INSERT INTO totp_steps (name, step) VALUES (:name, :step) ON CONFLICT DO NOTHING")
# Counted before the code is looked at: guesses at once are no more than those in turn.
_BEGIN_CODE = text("""
UPDATE clerks SET wrong_codes = wrong_codes + 1 WHERE name = :name AND wrong_codes < :most
""")
_RIGHT_CODE = text("UPDATE clerks SET wrong_codes = 0 WHERE name = :name")
_FORGET_STEPS = text("DELETE FROM totp_steps WHERE name = :name AND step < :step - 100")


class ClerkTaken(Exception):
    """A clerk has this name, or had it."""

    code = "clerk_taken"
    field = "name"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a clerk {name} already; names are never given twice.")


class UnknownClerk(LookupError):
    """No clerk has this name."""

    code = "unknown_clerk"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no clerk {name[:64]}.")


def add(  # noqa: PLR0913 - a row
    connection: Connection,
    *,
    name: str,
    role: Role,
    password_hash: str,
    totp_secret: str,
    made_at: datetime,
) -> None:
    """Add a clerk; raises ClerkTaken."""
    values = {
        "name": name,
        "role": role.value,
        "password_hash": password_hash,
        "totp_secret": totp_secret,
        "made_at": made_at,
    }
    if connection.execute(_ADD, values).rowcount == 0:
        raise ClerkTaken(name)


def renew(connection: Connection, name: str, password_hash: str, totp_secret: str) -> None:
    """Give a clerk a one-time password and a secret in place of his own; raises UnknownClerk."""
    values = {"name": name, "password_hash": password_hash, "totp_secret": totp_secret}
    _one(connection, _RENEW, values)


def set_password(connection: Connection, name: str, password_hash: str) -> int:
    """Keep the password that a clerk chose; answers his version, by which old sessions end."""
    values = {"name": name, "password_hash": password_hash}
    version: int = connection.execute(_SET_PASSWORD, values).scalar_one()
    return version


def set_role(connection: Connection, name: str, role: Role) -> None:
    """Change what a clerk may do; raises UnknownClerk."""
    _one(connection, _SET_ROLE, {"name": name, "role": role.value})


def end(connection: Connection, name: str) -> None:
    """Let a clerk in no more; raises UnknownClerk."""
    _one(connection, _END, {"name": name})


def find(connection: Connection, name: str) -> Clerk | None:
    """Answer a clerk, active or not."""
    row = connection.execute(_FIND, {"name": name}).one_or_none()
    return None if row is None else _as_clerk(row)


def secrets_of(connection: Connection, name: str) -> tuple[str, str] | None:
    """Answer the hash of an active clerk's password and his sealed TOTP secret."""
    row = connection.execute(_SECRETS, {"name": name}).one_or_none()
    return None if row is None else (row.password_hash, row.totp_secret)


def listing(connection: Connection) -> list[Clerk]:
    """Answer all clerks by name."""
    return [_as_clerk(row) for row in connection.execute(_LIST)]


def begin_code(connection: Connection, name: str, most: int) -> bool:
    """Count a code that is to be tried; False: so many wrong ones came that none counts."""
    return connection.execute(_BEGIN_CODE, {"name": name, "most": most}).rowcount == 1


def note_right_code(connection: Connection, name: str) -> None:
    """Forget the wrong codes that came before a right one."""
    connection.execute(_RIGHT_CODE, {"name": name})


def use_step(connection: Connection, name: str, step: int) -> bool:
    """Use a TOTP step up; False: it was used before. The key decides, not a look beforehand."""
    connection.execute(_FORGET_STEPS, {"name": name, "step": step})
    return connection.execute(_USE_STEP, {"name": name, "step": step}).rowcount == 1


def _one(connection: Connection, statement: Any, values: dict[str, Any]) -> None:
    if connection.execute(statement, values).rowcount == 0:
        raise UnknownClerk(values["name"])


def _as_clerk(row: Row[Any]) -> Clerk:
    return Clerk(row.name, Role(row.role), row.is_active, row.password_is_temporary, row.version)
