"""The run of the month for clerks: begin, preview, look, release, pause, cancel; its payouts."""

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from services.payout.api import run_answer
from services.payout.api import run_schemas as schemas
from services.payout.api.schemas import (
    NewestQuery,
    PayoutListSchema,
    PayoutPageQuery,
    PayoutPageSchema,
    PayoutSchema,
)
from services.payout.domain import TopUpLimits
from services.payout.monthly_run import planning, releasing
from services.payout.monthly_run.review import review
from services.payout.run_states import Act, AnotherPlan, IllegalAct, SamePerson
from services.payout.states import State
from services.payout.store import payouts
from services.payout.store.monthly_run import runs
from services.payout.store.monthly_run.runs import BEFORE_ALL, Done, UnknownRun
from shared.clock import Clock
from shared.identity import Access
from shared.months import Month, read_month
from shared.signed import Signer
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    AnotherPlan: 409,
    IllegalAct: 409,
    SamePerson: 409,
    UnknownRun: 404,
}


class NotEnded(LookupError):
    """A manifest is signed once every payout of its run has ended."""

    code = "not_ended"

    def __init__(self, month: Month) -> None:
        super().__init__(f"The run of {month} has not ended: its manifest is signed then.")


REFUSALS[NotEnded] = 409


def blueprint(
    engine: Engine, access: Access, limits: TopUpLimits, signer: Signer, clock: Clock
) -> Blueprint:
    """Build the routes; operators only."""
    desk = Blueprint("runs", __name__, description="The run of the month and its payouts.")

    @desk.before_request
    def only_operators() -> None:
        access.require_operator(request)

    _begin_and_watch(desk, engine, limits, clock)
    _look(desk, engine)
    _of_members(desk, engine)
    _decide(desk, engine, clock)
    _sign(desk, engine, signer)
    return desk


def look_up(engine: Engine, access: Access) -> Blueprint:
    """Build the route of one payout, which bonus_status asks for its proofs too."""
    routes = Blueprint("payouts", __name__, description="One payout and where it stands.")

    @routes.get("/payouts/<uuid:payout_id>")
    @routes.response(200, PayoutSchema)
    def show_payout(payout_id: UUID) -> object:
        """Show a payout and where it stands, to a clerk or to a service."""
        access.require_service(request)
        with engine.connect() as connection:
            return payouts.find(connection, payout_id)

    return routes


def _begin_and_watch(desk: Blueprint, engine: Engine, limits: TopUpLimits, clock: Clock) -> None:
    @desk.post("/runs")
    @desk.arguments(schemas.RunRequestSchema)
    @desk.response(200, schemas.RunSchema)
    def run_month(sent: dict[str, Any]) -> object:
        """Begin the run of a month, or preview it; a month that has a run keeps that one."""
        month, now = read_month(sent["month"]), clock()
        if sent["dry_run"]:
            with engine.connect() as connection:
                preview = planning.preview(connection, month, limits, now)
                return run_answer.of_preview(connection, month, preview)
        with engine.begin() as connection:
            run = planning.begin(connection, month, sent["clerk"], now)
            return run_answer.of_run(connection, run)

    @desk.get("/runs")
    @desk.response(200, schemas.RunListSchema)
    def list_runs() -> object:
        """List the runs, the newest month first, with what each plans to pay and has paid."""
        with engine.connect() as connection:
            return {"data": runs.listing(connection)}

    @desk.get("/runs/<month>")
    @desk.response(200, schemas.RunSchema)
    def show_run(month: str) -> object:
        """Show a run and how far it has come."""
        with engine.connect() as connection:
            return run_answer.of_run(connection, runs.get(connection, read_month(month)))


def _look(desk: Blueprint, engine: Engine) -> None:
    @desk.get("/runs/<month>/review")
    @desk.response(200, schemas.ReviewSchema)
    def show_review(month: str) -> object:
        """Show what a run would pay beside the run before it, and its unusual payouts."""
        with engine.connect() as connection:
            return run_answer.of_review(review(connection, read_month(month)))

    @desk.get("/runs/<month>/payouts")
    @desk.arguments(PayoutPageQuery, location="query")
    @desk.response(200, PayoutPageSchema)
    def list_payouts(asked: dict[str, Any], month: str) -> object:
        """List the payouts of a run, in the order of their ids."""
        limit, after = asked["limit"], asked["after"] or BEFORE_ALL
        state = State(asked["state"]) if asked["state"] else None
        with engine.connect() as connection:
            run = runs.get(connection, read_month(month))
            page = payouts.of_run(connection, run.month, state=state, after=after, limit=limit)
        return {"data": page, "next": page[-1].payout_id if len(page) == limit else None}


def _of_members(desk: Blueprint, engine: Engine) -> None:
    @desk.get("/members/<uuid:member_id>/payouts")
    @desk.arguments(NewestQuery, location="query")
    @desk.response(200, PayoutListSchema)
    def list_of_member(asked: dict[str, int], member_id: UUID) -> object:
        """List a member's payouts, the newest first."""
        with engine.connect() as connection:
            return {"data": payouts.of_member(connection, member_id, asked["limit"])}


def _decide(desk: Blueprint, engine: Engine, clock: Clock) -> None:
    def told(month: Month) -> dict[str, Any]:
        with engine.connect() as connection:
            return run_answer.of_run(connection, runs.get(connection, month))

    def do(what: Act, month: str, sent: dict[str, str]) -> dict[str, Any]:
        with engine.begin() as connection:
            done = Done(what, sent["clerk"], sent["reason"], clock())
            releasing.act(connection, read_month(month), done)
        return told(read_month(month))

    @desk.post("/runs/<month>/release")
    @desk.arguments(schemas.ReleaseSchema)
    @desk.response(200, schemas.RunSchema)
    def release(sent: dict[str, str], month: str) -> object:
        """Release a planned run as the second person; `plan_hash` says what was looked at."""
        with engine.begin() as connection:
            releasing.release(connection, read_month(month), **sent, now=clock())
        return told(read_month(month))

    @desk.post("/runs/<month>/pause")
    @desk.arguments(schemas.RunActSchema)
    @desk.response(200, schemas.RunSchema)
    def pause(sent: dict[str, str], month: str) -> object:
        """Pause a released run: what has begun goes on, nothing more begins."""
        return do(Act.PAUSE, month, sent)

    @desk.post("/runs/<month>/resume")
    @desk.arguments(schemas.RunActSchema)
    @desk.response(200, schemas.RunSchema)
    def resume(sent: dict[str, str], month: str) -> object:
        """Let a paused run go on."""
        return do(Act.RESUME, month, sent)

    @desk.post("/runs/<month>/cancel")
    @desk.arguments(schemas.RunActSchema)
    @desk.response(200, schemas.RunSchema)
    def cancel(sent: dict[str, str], month: str) -> object:
        """Cancel what has not begun of a run, for good; points reserved for it are free again."""
        return do(Act.CANCEL, month, sent)


def _sign(desk: Blueprint, engine: Engine, signer: Signer) -> None:
    @desk.get("/runs/<month>/manifest")
    @desk.response(200, schemas.ManifestSchema)
    def show_manifest(month: str) -> Response:
        """Answer the signed manifest of a run that has ended."""
        with engine.connect() as connection:
            run = runs.get(connection, read_month(month))
        if run.manifest is None:
            raise NotEnded(read_month(month))
        return Response(run.manifest, content_type="application/json")

    @desk.get("/runs/manifest-keys")
    @desk.response(200, schemas.ManifestKeysSchema)
    def keys() -> object:
        """Answer the public keys that manifests are checked by: save them before."""
        return {"keys": signer.public_keys}
