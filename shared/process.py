"""How a service's processes start and end: `python -m services.<name> <role>`, then SIGTERM."""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from shared import logs
from shared.config import WrongSettings, log_level

Role = Callable[[threading.Event], None]
_WRONG_USE = 2
# A service makes objects by the ten thousand for a batch or a start, and hardly one in a circle:
# looking for circles after every 700 took a tenth of a start and a fifth of a file.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def run_role(
    service: str, roles: Mapping[str, Role], arguments: Sequence[str] | None = None
) -> None:
    """Run the role that the command line names, until it ends or a signal sets its stop event."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if len(words) != 1 or words[0] not in roles:
        sys.stderr.write(f"usage: python -m services.{service} {'|'.join(roles)}\n")
        sys.exit(_WRONG_USE)
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    logs.configure(service, words[0], log_level())
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        roles[words[0]](stop)
    except WrongSettings as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(_WRONG_USE)
