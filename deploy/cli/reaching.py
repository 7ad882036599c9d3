"""Says in one sentence why nobody answers: no stack, a stopped one, or one service that is down."""

from collections.abc import Mapping

import psycopg
import requests

from deploy import target
from deploy.local import state
from deploy.target import NoTarget
from shared.http_client import CallFailed
from shared.kafka import KafkaError

STOPPED = "stopped; start with `cashback stack up`"
NOBODY_ANSWERS = (NoTarget, CallFailed, psycopg.OperationalError, KafkaError)


def sentence(fault: Exception) -> str:
    """Answer what a person should know and do."""
    says = str(fault) if isinstance(fault, NoTarget) else _of_a_system(fault)
    demo = demo_beside()
    return f"{says}\n{demo}" if demo else says


def demo_beside() -> str | None:
    """Name the demo that runs beside this stack, if one does."""
    folder = target.demo_folder()
    if folder == target.folder() or not state.anything_runs(folder):
        return None
    return f"A demo runs in {folder}; to talk to it: CASHBACK_STACK={folder} cashback …"


def _of_a_system(fault: Exception) -> str:
    folder = target.folder()
    is_local = (folder / state.STATUS_FILE).exists()
    if is_local and not state.anything_runs(folder):
        return f"The stack in {folder} is {STOPPED}."
    does_not = f"{_who(fault, target.find().urls)} does not answer"
    if is_local:
        return f"{does_not}: `cashback stack up` starts what is missing; logs: {folder / 'logs'}"
    return f"{does_not}."


def _who(fault: Exception, urls: Mapping[str, str]) -> str:
    if isinstance(fault, psycopg.OperationalError):
        return "PostgreSQL"
    if isinstance(fault, KafkaError):
        return "Kafka"
    cause = fault.__cause__
    request = cause.request if isinstance(cause, requests.RequestException) else None
    asked = request.url if request else None
    if not isinstance(asked, str):
        return f"A service ({fault})" if str(fault) else "A service"
    return next((name for name, url in urls.items() if asked.startswith(f"{url}/")), asked)
