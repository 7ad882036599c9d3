"""Sends messages: claim, commit, call, keep the outcome. Any number of senders share the work.

No transaction is open during a call. A sender that dies with a message leaves it due again after
its lease, and the gateway knows the message's id: so each is sent at least, and at most, once.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine

from services.notifications import store, texts
from services.notifications.config import Patience
from services.notifications.domain import Kind, State
from services.notifications.outside import CannotBeSent, Contact, Outside, Text, TryLater
from services.notifications.store import Message
from services.notifications.ways import store as ways
from services.notifications.ways.domain import WAYS, Channel, Plan, Site, plan
from shared.clock import Clock

log = structlog.get_logger()
ENDED = Counter("notification_messages", "Messages that are through, by outcome.", ["state"])
_BATCH = 50
_NO_EMAIL = "the member has no e-mail"
_Fetched = tuple[str, str, Mapping[str, str | int]]
_WITH_A_CODE = {Kind.CERTIFICATE_ISSUED, Kind.CERTIFICATE_REISSUED}
# Twenty doublings of a second are twelve days: more would only overflow.
_MOST_DOUBLINGS = 20


class Sender:
    """One process's hands."""

    def __init__(
        self, engine: Engine, outside: Outside, patience: Patience, clock: Clock, senders: int = 1
    ) -> None:
        """Take where messages are kept, who is called, how long to wait, and how many at once."""
        self._engine = engine
        self._outside = outside
        self._patience = patience
        self._clock = clock
        self._hands = ThreadPoolExecutor(senders, thread_name_prefix="sender")

    def send_due(self) -> int:
        """Send the messages that are due; answers how many were tried."""
        with self._engine.begin() as connection:
            claimed = store.claim(
                connection, self._clock(), self._patience.lease, texts.DEFAULT_LANGUAGE, _BATCH
            )
        for _ in self._hands.map(self._send, claimed):
            pass
        return len(claimed)

    def close(self) -> None:
        """Finish what is under way."""
        self._hands.shutdown()

    def _send(self, message: Message) -> None:
        channel = None
        try:
            text = self._composed(message)
            if text is None:
                return
            channel = text.channel
            self._outside.send(message.message_id, text)
        except TryLater as fault:
            self._try_later(message, str(fault))
        except CannotBeSent as fault:
            self._end(message, State.REFUSED, str(fault))
        except Exception as fault:  # noqa: BLE001 - one message's fault must not stop the others
            # The kind alone: its text may carry a code or a phone.
            self._try_later(message, f"a fault of ours: {type(fault).__name__}")
        else:
            self._end(message, State.SENT, None, channel)

    def _composed(self, message: Message) -> Text | None:
        """Write a message to whom it goes to; None when it is not to be sent, or not now."""
        fetched = self._fetched(message)
        if fetched is None:
            return None
        channel, to, more = fetched
        words = texts.compose(message.kind, message.language, {**message.facts, **more})
        if channel == Channel.EMAIL:
            news = WAYS[message.kind].news
            return Text(channel, to, words, texts.subject(news, message.language))
        return Text(channel, to, words)

    def _fetched(self, message: Message) -> _Fetched | None:
        """Fetch how and whom to send a message, and what of its text is kept elsewhere."""
        facts = message.facts
        if "letter_id" in facts:
            if WAYS[message.kind].site is Site.ALWAYS:
                self._keep(message, Plan((), is_on_site=True))
            letter = self._outside.letter(str(facts["letter_id"]))
            return str(facts["channel"]), letter.to, letter.facts
        if message.kind is Kind.RELATIVE_ASKED:
            asked = self._outside.question(str(facts["relative_id"]), int(facts["question"]))
            return Channel.SMS, asked.phone, {"code": asked.code, "asked_by": asked.asked_by}
        assert message.member_id is not None  # only a letter goes to somebody else
        contact = self._outside.contact(message.member_id)
        to = self._planned(message, contact)
        if to is not None and message.kind in _WITH_A_CODE:
            return *to, self._outside.certificate(str(facts["certificate_id"]))
        return None if to is None else (*to, {})

    def _planned(self, message: Message, contact: Contact) -> tuple[str, str] | None:
        """Answer by which channel and whom to send to; None where that is not now, or never."""
        email = contact.proved_email
        choice = contact.choice(WAYS[message.kind].news)
        made = plan(message.kind, choice, self._clock(), has_email=email is not None)
        # A way that was taken is gone to its end: another attempt must not find another way.
        by = message.channel or (made.channels[0] if made.channels else None)
        if by is None:
            self._keep(message, made)
            self._end(message, State.UNWANTED, None)
            return None
        if by == Channel.EMAIL and email is None and message.beside_id is not None:
            raise CannotBeSent(_NO_EMAIL)
        self._keep(message, made)
        if made.send_after is not None:
            return None
        return (
            (Channel.EMAIL, email)
            if by == Channel.EMAIL and email
            else (Channel.SMS, contact.phone)
        )

    def _keep(self, message: Message, made: Plan) -> None:
        with self._engine.begin() as connection:
            ways.keep(connection, message, made, self._clock())

    def _try_later(self, message: Message, fault: str) -> None:
        now = self._clock()
        if now - message.begun_at > self._patience.give_up:
            self._end(message, State.GIVEN_UP, fault)
            return
        pause = pause_after(message.attempts, self._patience)
        with self._engine.begin() as connection:
            store.put_off(connection, message.message_id, fault, now + pause)
        log.warning("message.put_off", message_id=str(message.message_id), fault=fault)

    def _end(
        self, message: Message, state: State, said: str | None, channel: str | None = None
    ) -> None:
        with self._engine.begin() as connection:
            store.end(connection, message.message_id, state, said, self._clock(), channel=channel)
        ENDED.labels(state.value).inc()
        # Unsent for good: a member waits for it, a certificate's owner for what he paid.
        tell = log.info if state in {State.SENT, State.UNWANTED} else log.error
        tell(
            "message.ended",
            message_id=str(message.message_id),
            kind=message.kind.value,
            state=state.value,
            said=said,
        )


def pause_after(attempts: int, patience: Patience) -> timedelta:
    """Answer how long to wait after so many attempts: twice as long each time, up to a limit."""
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    doubled: timedelta = patience.first_pause * 2**doublings
    return min(doubled, patience.longest_pause)
