"""Every service answers in one way: problems with a code and the field, probes, ids and metrics."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared import ops
from shared.apply import Applier
from shared.clock import utc_now
from shared.database import connect, ping
from shared.identity import Access
from shared.schemas import StrictSchema, Text, Whole, WholeInQuery
from shared.web import Blueprint, create_app
from tests.integration.shared.things import message, subscription

KEY = {"Authorization": "Bearer operator"}


class ThingSchema(StrictSchema):
    name = Text(required=True, longest=10)
    size = Whole(highest=10)


class PageSchema(StrictSchema):
    limit = WholeInQuery(lowest=1, highest=100, load_default=10)


class TooSmall(Exception):
    code = "too_small"
    field = "size"


def things() -> Blueprint:
    blueprint = Blueprint("things", __name__)

    @blueprint.post("/things")
    @blueprint.arguments(ThingSchema)
    @blueprint.response(201, ThingSchema)
    def make(thing: dict[str, object]) -> object:
        if thing.get("size") == 0:
            detail = "A thing has a size."
            raise TooSmall(detail)
        return thing

    @blueprint.get("/things")
    @blueprint.arguments(PageSchema, location="query")
    @blueprint.response(200)
    def listing(page: dict[str, int]) -> object:
        return page

    @blueprint.get("/broken")
    def broken() -> object:
        raise RuntimeError

    return blueprint


@pytest.fixture
def app(engine: Engine) -> Flask:
    access = Access("operator", "service")
    return create_app(
        "payout",
        title="Things",
        blueprints=[things(), ops.blueprint(engine, access)],
        refusals={TooSmall: 409, **ops.REFUSALS},
        ready={"postgres": lambda: ping(engine)},
    )


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"name": "x", "size": 1.5}', 422, "size"),
        (b'{"name": "x", "size": 11}', 422, "size"),
        (b'{"name": "x", "colour": "red"}', 422, "colour"),
        (b"{}", 422, "name"),
        (b"", 422, "name"),
        (b'{"name": "x", "size": 0}', 409, "size"),
        (b"{", 400, None),
        (b'{"name": "x", "name": "y"}', 400, "name"),
        (b'{"name": "x", "size": NaN}', 400, "size"),
        (b"\xff", 400, None),
        (b"[" * 100_000, 400, None),
        (b"[1]", 422, ""),
        (b"x" * 2_000_000, 413, None),
    ],
)
def test_a_refused_body_is_a_problem_that_names_the_field(
    client: FlaskClient, body: bytes, status: int, field: str | None
) -> None:
    answer = client.post("/things", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    fields = [one["field"] for one in problem.get("errors", [])]
    assert fields == ([] if field is None else [field])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1000000", "limit=1&limit=2", "page=2", "limit="]
)
def test_a_wrong_query_is_a_problem(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/things?{query}")
    assert answer.status_code in {400, 422}
    assert "limit" in answer.text or "page" in answer.text


def test_a_query_that_is_not_utf8_names_its_parameter(client: FlaskClient) -> None:
    answer = client.get("/things?limit=%ff")
    assert (answer.status_code, answer.get_json(force=True)["errors"][0]["field"]) == (400, "limit")


def test_what_is_not_there_or_not_meant_so_is_a_problem_too(client: FlaskClient) -> None:
    assert client.get("/nowhere").content_type == "application/problem+json"
    wrong_method = client.delete("/things")
    assert wrong_method.status_code == 405
    assert "POST" in wrong_method.headers["Allow"]


@pytest.mark.parametrize("path", ["//things", "/things//", "/%00", "/things/%00", "/things%00"])
def test_a_path_that_nobody_gave_is_no_path_of_ours(client: FlaskClient, path: str) -> None:
    """A redirect to its tidy spelling would go to whatever host the request names."""
    answer = client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_fault_of_ours_says_nothing_of_the_inside(client: FlaskClient) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert "RuntimeError" not in answer.text


def test_probes_ask_the_dependencies(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"postgres": "ready"}
    assert b"http_request_seconds" in client.get("/metrics").data


def test_nobody_makes_metrics_by_inventing_methods(client: FlaskClient) -> None:
    for number in range(3):
        client.open("/nowhere", method=f"INVENTED{number}")
    told = client.get("/metrics").data
    assert b"INVENTED" not in told
    assert b'method="other"' in told


def test_an_app_whose_server_is_away_is_not_ready() -> None:
    def away() -> None:
        raise ConnectionError

    app = create_app("payout", title="x", blueprints=[], refusals={}, ready={"redis": away})
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"redis": "not ready: ConnectionError"})


def test_a_database_that_is_away_is_said_to_be_away() -> None:
    """No 500: the caller did nothing wrong, and may try again."""
    away = connect("postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    desk = ops.blueprint(away, Access("operator", "service"))
    app = create_app(
        "payout",
        title="x",
        blueprints=[desk],
        refusals=ops.REFUSALS,
        ready={"postgres": partial(ping, away)},
    )
    answer = app.test_client().get("/ops/parked", headers=KEY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.get_json()["code"] == "try_again"
    assert "nobody" not in answer.text


def test_a_request_id_is_kept_if_it_is_one(client: FlaskClient) -> None:
    sent = "a1b2c3d4-0000"
    assert client.get("/healthz", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent
    bad = client.get("/healthz", headers={"X-Request-Id": "<script>"})
    assert bad.headers["X-Request-Id"] != "<script>"


def test_a_clerk_sees_replays_and_discards_what_is_parked(
    client: FlaskClient, engine: Engine
) -> None:
    Applier(engine, "g", [subscription()], utc_now).apply([message("bad", 1, "poison")])
    [listed] = client.get("/ops/parked", headers=KEY).get_json()["data"]
    assert (listed["aggregate_id"], listed["state"]) == ("bad", "parked")
    assert UUID(listed["parked_id"])
    place = f"/ops/parked/{listed['parked_id']}"
    assert client.post(f"{place}/replay", headers=KEY).status_code == 202
    assert client.post(f"{place}/discard", headers=KEY).status_code == 202
    assert client.post(f"{place}/discard", headers=KEY).status_code == 404
    assert client.get("/ops/parked", headers=KEY).get_json()["data"] == []


@pytest.mark.parametrize(
    "key", ["", "Bearer wrong", "Bearer service", "Basic operator", "Bearer é"]
)
def test_only_clerks_have_a_desk(client: FlaskClient, key: str) -> None:
    answer = client.get("/ops/parked", headers={"Authorization": key} if key else {})
    assert answer.status_code == 401
    refused = client.post(f"/ops/parked/{uuid4()}/discard")
    assert refused.status_code == 401
