"""The plain way to call the billing: threads with a `requests.Session` each, nothing kept.

`python -m tests.bench.bare_calls URL CALLS THREADS` says `ready`, waits for a line, calls, and says
when it began and ended.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import requests

_SECONDS = 10


def call_many(url: str, count: int) -> None:
    """Top up so many phones, one after the other, each under a key of its own."""
    with requests.Session() as session:
        session.trust_env = False
        for number in range(count):
            answer = session.post(
                f"{url}/top-ups",
                json={"phone": f"+7926{number:07d}", "amount_rubles": 300},
                headers={"Idempotency-Key": str(uuid4())},
                timeout=_SECONDS,
            )
            assert answer.json()["status"] == "completed", answer.text


def main(url: str, calls: int, threads: int) -> None:
    """Wait for the word, then let every thread make its share of the calls."""
    with ThreadPoolExecutor(threads) as pool:
        _say("ready")
        sys.stdin.readline()
        began = time.monotonic()
        for done in [pool.submit(call_many, url, calls // threads) for _ in range(threads)]:
            done.result()
        _say(f"{began} {time.monotonic()}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
