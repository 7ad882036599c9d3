"""How a clerk proves who he is: a password by argon2id, and a six-digit code by time (RFC 6238)."""

import hmac
import secrets
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from shared.sealed import Sealer

STEP_SECONDS = 30
_PURPOSE = b"clerk-totp"
_ISSUER = "Cashback console"
# What OWASP asks at least: 19 MiB, two passes; about 30 ms of one core.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Who has no account is told so after as much work as who has one.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """Answer what is kept of a password."""
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Say whether it is the password; None, for nobody, takes as long and never is."""
    try:
        _HASHER.verify(kept or _NOBODY, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return kept is not None


def one_time_password() -> str:
    """Answer a password for the first sign-in, which asks for another."""
    return secrets.token_urlsafe(15)


def new_totp_secret(sealer: Sealer) -> tuple[str, str]:
    """Answer a new secret, in base32 for the clerk's phone and sealed for the table."""
    secret = pyotp.random_base32()
    return secret, sealer.seal(secret.encode(), _PURPOSE)


def totp_uri(name: str, secret: str) -> str:
    """Answer the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def matching_step(sealer: Sealer, sealed: str, code: str, now: datetime) -> int | None:
    """Answer the step whose code this is: now's, or one before or after; None: no such code."""
    totp = pyotp.TOTP(sealer.open(sealed, _PURPOSE).decode())
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None
