"""What the views of relatives need, made once per process."""

from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from services.members.relatives.codes import Codes
from services.members.relatives.operator import Operator
from shared.clock import Clock
from shared.identity import Access
from shared.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Desk:
    """`strangers`: slows down who tries which numbers are the operator's."""

    engine: Engine
    access: Access
    clock: Clock
    codes: Codes
    operator: Operator
    strangers: Throttle


def here() -> Desk:
    """Answer what the app was built with."""
    return cast("Desk", current_app.extensions["relatives"])
