"""Conversions applied by one consumer, from Kafka to commit, against pgbench's TPC-B."""

import random
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.kafka import make_producer
from tests.bench import ledger_targets
from tests.bench.ledger_targets import MEMBERS, STORES, Consumer, Database, Servers
from tests.bench.report import Row
from tests.bench.scratch import scratch
from tests.support import bonuses

ROUNDS = 5
BURST = 30_000
MEMORY_EVENTS = 100_000
FEW, MANY = 10_000, 1_000_000
CLIENTS = (1, 8, 16, 32)
SECONDS = 4
LEAST_OF_TPC_B = 3.0
FLAT = 0.85
LARGEST_MB = 250


@dataclass(frozen=True, slots=True)
class Round:
    """One interleaved measurement: bonuses a second with few and with many stored, and TPC-B."""

    few: float
    many: float
    tpc_b: float


def run() -> list[Row]:
    """Measure; takes about three minutes."""
    with scratch("ledger") as (folder, opened):
        return _measure(opened.enter_context(ledger_targets.servers(folder)))


def _measure(servers: Servers) -> list[Row]:
    servers.fill_tpc_b()
    few, many = servers.database("few", FEW), servers.database("many", MANY)
    best = max(CLIENTS, key=lambda clients: servers.tpc_b(clients, SECONDS))
    # The first touch of each page after a checkpoint is written whole: let both begin behind that.
    for kept in (few, many):
        _burst(servers, kept, BURST)
    rounds = [_round(number, servers, few, many, best) for number in range(ROUNDS)]
    memory = _memory(servers, many)
    wrong = few.wrong() + many.wrong()
    return [*_rows(rounds, best), *memory, _right(wrong, few, many)]


def _round(number: int, servers: Servers, few: Database, many: Database, clients: int) -> Round:
    # Every other round the other way about, so that no order favours anybody.
    order = (few, many) if number % 2 else (many, few)
    rates = {kept.name: _burst(servers, kept, BURST) for kept in order}
    return Round(rates["few"], rates["many"], servers.tpc_b(clients, SECONDS))


def _burst(servers: Servers, kept: Database, count: int) -> float:
    before = kept.number("SELECT last_value FROM postings_posting_id_seq")
    _report(servers.bootstrap, count)
    consumer = Consumer(servers, kept)
    try:
        return consumer.apply(count, first=before)
    finally:
        consumer.stop()


def _report(bootstrap: str, count: int) -> None:
    """Put conversions into Kafka: new purchases of any member at any store."""
    producer = make_producer(bootstrap)
    now = datetime.now(UTC)
    for _ in range(count):
        line = bonuses.new_id()
        data = bonuses.conversion_data(
            conversion_id=line,
            member_id=ledger_targets.member(random.randrange(MEMBERS)),
            store_id=ledger_targets.store(random.randrange(STORES)),
            paid_minor=random.randrange(100_000, 9_000_000),
        )
        said = bonuses.event(
            "conversion.changed", data, topic="conversions", aggregate_id=line, occurred_at=now
        )
        producer.send(said.topic, key=said.key.encode(), value=said.encode())
    producer.flush(timeout=60)
    producer.close()


def _memory(servers: Servers, kept: Database) -> list[Row]:
    before = kept.number("SELECT last_value FROM postings_posting_id_seq")
    sizes: list[float] = []
    consumer = Consumer(servers, kept)
    try:
        for share in range(10):
            count = MEMORY_EVENTS // 10
            _report(servers.bootstrap, count)
            consumer.apply(count, first=before + share * count)
            sizes.append(consumer.memory_mb())
    finally:
        consumer.stop()
    grown = f"{sizes[0]:.0f} MB after 10 000 events, {sizes[-1]:.0f} MB after {MEMORY_EVENTS:,}"
    holds = max(sizes) <= LARGEST_MB
    figures: dict[str, object] = {"megabytes": sizes}
    return [Row("memory of the consumer", grown, f"≤ {LARGEST_MB} MB", holds, figures)]


def _rows(rounds: list[Round], clients: int) -> list[Row]:
    few, many = [one.few for one in rounds], [one.many for one in rounds]
    tpc_b = [one.tpc_b for one in rounds]
    of_tpc_b = [one.many / one.tpc_b for one in rounds]
    flat = [one.many / one.few for one in rounds]
    figures: dict[str, object] = {"few": few, "many": many, "tpc_b": tpc_b}
    return [
        Row(f"pgbench TPC-B, scale {ledger_targets.TPC_B_SCALE}, {clients} clients", _speed(tpc_b)),
        Row(f"conversions applied, {FEW:,} bonuses stored", _speed(few)),
        Row(f"conversions applied, {MANY:,} bonuses stored", _speed(many)),
        _ratio("many stored / TPC-B", of_tpc_b, LEAST_OF_TPC_B, figures),
        _ratio("many stored / few stored", flat, FLAT, {"ratios": flat}),
    ]


def _speed(per_second: list[float]) -> str:
    middle = statistics.median(per_second)
    return f"{middle:,.0f}/s ({min(per_second):,.0f} to {max(per_second):,.0f})"


def _ratio(what: str, ratios: list[float], least: float, figures: dict[str, object]) -> Row:
    median = statistics.median(ratios)
    return Row(
        f"{what}, median of {len(ratios)} pairs",
        f"{median:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        f"≥ {least}",
        holds=median >= least,
        figures={"ratios": ratios, **figures},
    )


def _right(wrong: int, few: Database, many: Database) -> Row:
    stored = few.number("SELECT count(*) FROM bonuses") + many.number(
        "SELECT count(*) FROM bonuses"
    )
    expected = FEW + MANY + 2 * (ROUNDS + 1) * BURST + MEMORY_EVENTS
    return Row(
        "bonuses missing, accounts or stores that differ from their postings",
        f"{expected - stored}, {wrong} of {stored:,} bonuses",
        "0, 0",
        holds=wrong == 0 and stored == expected,
    )
