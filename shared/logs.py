"""Logs are one JSON object a line on standard error, with phone numbers masked."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog
from structlog.typing import Processor

# Nine digits and more with a plus, or a bare national or international mobile number; ids and sums
# are shorter, or part of a longer word.
_PHONE = re.compile(r"(?<![\w.-])\+?\d{10,15}(?![\w.-])|\+\d{9,15}")
_SHOWN = 2


def mask_phones(text: str) -> str:
    """Hide all but the last two digits of phone numbers: `+79261234567` becomes `+*********67`."""
    return _PHONE.sub(_mask, text)


def configure(service: str, role: str, level: str = "INFO") -> None:
    """Send every log line of the process, libraries' too, to standard error as JSON."""
    before: list[Processor] = [
        _signed_by(service, role),
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    written: list[Processor] = [_mask_event, structlog.processors.JSONRenderer(default=str)]
    structlog.configure(
        processors=[*before, *written],
        # Ours do not pass the standard library, whose records cost as much as the whole line.
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _StandardError())),
        # What the level leaves out costs nothing, rather than being built and then thrown away.
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, _name_library],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *written,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("kafka", "urllib3", "alembic", "_granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _StandardError:
    """Standard error as it is at the moment; one that is full or closed stops no work."""

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def _signed_by(service: str, role: str) -> Processor:
    # No context variable: a server's own threads would not see it.
    def sign(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {"service": service, "role": role, **event}

    return sign


def _name_library(
    logger: logging.Logger, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    event["library"] = logger.name if logger else event["_record"].name
    return event


def _mask_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {
        name: mask_phones(said) if isinstance(said, str) else said for name, said in event.items()
    }


def _mask(match: re.Match[str]) -> str:
    text = match[0]
    plus = "+" if text.startswith("+") else ""
    digits = text.removeprefix("+")
    return plus + "*" * (len(digits) - _SHOWN) + digits[-_SHOWN:]
