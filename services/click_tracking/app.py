"""The web process put together: the redirect in front, Flask behind, threads beside them."""

import atexit
import threading
from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from services.click_tracking.api import make_flask
from services.click_tracking.click_id import ClickIds
from services.click_tracking.config import Settings, from_environment
from services.click_tracking.consumer import follow_stores
from services.click_tracking.journal.writer import Journal
from services.click_tracking.redirect import Redirect
from services.click_tracking.stores import StoreBook
from services.click_tracking.visitor import Visitors
from shared.identity import Sessions
from shared.sealed import Sealer
from shared.server import end_with_parent


class Counted(Collector):
    """Tells Prometheus what the redirect has counted."""

    def __init__(self, redirect: Redirect) -> None:
        """Read from this one."""
        self._redirect = redirect

    def collect(self) -> Iterator[Metric]:
        """Answer one counter, labelled by outcome."""
        family = CounterMetricFamily("clicks", "Answers of the redirect.", labels=["outcome"])
        for outcome, count in list(self._redirect.counted.items()):
            family.add_metric([outcome], count)
        yield family


def make_app() -> Redirect:
    """Build what granian serves, in its worker process: files and threads do not survive a fork."""
    end_with_parent()
    settings = from_environment()
    stores, snapshot = StoreBook(), settings.journal_dir / "stores.json"
    stores.load(snapshot)
    redirect = make_redirect(settings, stores)
    REGISTRY.register(Counted(redirect))
    atexit.register(redirect.journal.close)
    threading.Thread(
        target=follow_stores,
        args=(settings.kafka_bootstrap, stores, snapshot, threading.Event()),
        name="stores",
        daemon=True,
    ).start()
    return redirect


def make_redirect(settings: Settings, stores: StoreBook) -> Redirect:
    """Put the redirect in front of Flask."""
    journal = Journal(
        settings.journal_dir,
        segment_bytes=settings.journal_segment_bytes,
        segment_seconds=settings.journal_segment_seconds,
    )
    return Redirect(
        stores=stores,
        visitors=Visitors(Sessions(settings.session_keys)),
        click_ids=ClickIds(Sealer(settings.click_keys)),
        journal=journal,
        behind=make_flask(settings, stores, journal).wsgi_app,
        when_broken=settings.when_broken,
    )
