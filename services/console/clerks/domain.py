"""A clerk, the four roles in their order, and what a password must be: no I/O."""

import re
from dataclasses import dataclass
from enum import StrEnum

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)


class Role(StrEnum):
    """What a clerk may do; each includes those before it."""

    VIEWER = "viewer"
    CLERK = "clerk"
    FINANCE = "finance"
    ADMIN = "admin"

    def may(self, least: "Role") -> bool:
        """Say whether this role includes another: `Role.FINANCE.may(Role.CLERK)` is true."""
        order = list(Role)
        return order.index(self) >= order.index(least)


@dataclass(frozen=True, slots=True)
class Clerk:
    """One clerk, as the pages need to know him."""

    name: str
    role: Role
    is_active: bool
    password_is_temporary: bool
    version: int


class WeakPassword(ValueError):
    """The password is too short, too long, or holds the clerk's own name."""

    code = "weak_password"
    field = "password"


def check_password(password: str, name: str) -> None:
    """Let a new password pass: 12 to 128 characters, not one repeated, without the clerk's name.

    Raises WeakPassword: `check_password("anna-anna-anna", "anna")`.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = "Use 12 to 128 characters."
        raise WeakPassword(message)
    if name in password.lower() or len(set(password)) < SHORTEST_PASSWORD // 2:
        message = "Too easy to guess: use more different characters, and not your name."
        raise WeakPassword(message)


def is_name(text: str) -> bool:
    """Say whether a text can be a clerk's name: a-z, 0-9 and hyphens, at most 64."""
    return _NAME.fullmatch(text) is not None
