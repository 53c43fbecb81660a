"""Errors as the API tells them: `{"error": {"code", "message", "where"}}` with the HTTP status that fits."""

from __future__ import annotations

import math
import secrets
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from robot_fleet.core.errors import FleetError, LinesRefused, RequestError, RuntimeFailure
from robot_fleet.server.doors.limits import TooManyRequests
from robot_fleet.server.models.commands import CommandTaken, ErrorAnswer
from robot_fleet.server.ports import CommandAnswer

Key = Annotated[str | None, Header(alias="Idempotency-Key", description="Makes asking twice safe; made up if absent.")]
"""The header of a command that may do without one."""

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 404, 409, 412, 422, 429, 503)
}
"""How the description of the API names what a command may be refused with."""

AT_THE_DOORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (401, 403, 503)}
"""What every address may be refused with."""

_STATUS = {
    "request_key_missing": 400,
    "request_unknown_task": 404,
    "request_unknown_robot": 404,
    "request_unknown_zone": 404,
    "request_place_state": 409,
    "request_unknown_level": 404,
    "request_unknown_shift": 404,
    "request_unknown_alarm": 404,
    "request_unknown_incident": 404,
    "request_unknown_job": 404,
    "request_unknown_schedule": 404,
    "request_unknown_report_schedule": 404,
    "request_unknown_occurrence": 404,
    "request_unknown_template": 404,
    "request_unknown_what_if": 404,
    "request_unknown_event": 404,
    "request_unknown_event_source": 403,
    "request_event_signature": 403,
    "request_event_stale": 409,
    "request_event_id_used": 409,
    "request_event_over": 409,
    "request_purpose_refused": 403,
    "request_task_ended": 409,
    "request_item_on_board": 409,
    "request_act_under_way": 409,
    "request_task_held": 409,
    "request_task_is_alarm": 409,
    "request_task_not_held": 409,
    "request_task_under_way": 409,
    "request_robot_cannot": 409,
    "request_item_exists": 409,
    "request_alarm_active": 409,
    "request_alarm_closed": 409,
    "request_alarm_critical": 409,
    "request_alarm_not_active": 409,
    "request_alarm_not_shelved": 409,
    "request_alarm_shelved": 409,
    "request_alarm_no_call": 409,
    "request_call_unanswered": 409,
    "request_incident_closed": 409,
    "request_job_state": 409,
    "request_robot_taken_over": 409,
    "request_incident_open": 409,
    "request_schedule_ended": 409,
    "request_schedule_paused": 409,
    "request_schedule_not_paused": 409,
    "request_no_calendar": 409,
    "request_emergency_stopped": 409,
    "request_shift_changed": 409,
    "request_shift_taken": 409,
    "request_shift_superseded": 409,
    "request_shift_same_person": 409,
    "request_what_if_busy": 409,
    "request_version_stale": 412,
    "request_body_slow": 408,
    "request_body_large": 413,
    "request_task_open": 409,
    "request_task_rated": 409,
    "request_already_asked": 409,
    "request_plate_here": 409,
    "request_code_unknown": 409,
    "request_unknown_pass": 404,
    "request_unknown_offer": 404,
    "request_ticket_unknown": 404,
    "request_pass_over": 401,
    "request_code_locked": 429,
    "request_no_users": 409,
    "request_sign_in_required": 401,
    "request_sign_in_failed": 401,
    "request_forbidden": 403,
    "request_foreign_page": 403,
    "request_too_many": 429,
    "request_too_many_sign_ins": 429,
    "store_users_unusable": 503,
    "store_passes_unusable": 503,
    "store_people_not_audited": 503,
}


def status_of(error: FleetError) -> int:
    """Return the HTTP status of an error: 503 where the machinery fails, 500 for what is not the caller's doing."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, RequestError):
        return 422
    return 503 if isinstance(error, RuntimeFailure) else 500


def codes_of(status: int) -> tuple[str, ...]:
    """Return the codes that have an HTTP status of their own; those without are 422, or 500 and 503 of failures."""
    return tuple(code for code, its in _STATUS.items() if its == status)


def taken(key: str, answer: CommandAnswer) -> CommandTaken:
    """Return what the sender of a command is told.

    Raises
    ------
    RequestError : with the manager's code, if it was not accepted.
    """
    if not answer.accepted:
        raise RequestError(answer.code or "request_refused", answer.message or "refused", answer.where or answer.task)
    return CommandTaken(
        command=key,
        task=answer.task,
        robot=answer.robot,
        expected_at_s=answer.expected_at_s,
        reason=answer.code,
        incident=answer.incident,
        job=answer.job,
        where=answer.where,
    )


def new_key(what: str) -> str:
    """Return a key for a command that came without one."""
    return f"{what}-{secrets.token_hex(8)}"


def error_body(code: str, message: str, where: str = "") -> dict[str, dict[str, str]]:
    """Return the JSON of an error."""
    return {"error": {"code": code, "message": message, "where": where}}


def error_answer(error: FleetError) -> JSONResponse:
    """Return the answer that tells of an error."""
    status, headers = status_of(error), {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests):
        headers["retry-after"] = str(math.ceil(error.after_s))
    return JSONResponse(error_body(error.code, error.message, error.where), status, headers)


def install_error_handlers(app: FastAPI) -> None:
    """Have every error of the app answered in one form."""

    async def on_fleet_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, FleetError)
        if isinstance(error, LinesRefused):
            lines = [asdict(line) for line in error.lines]
            return JSONResponse({**error_body(error.code, error.message, error.where), "lines": lines}, 422)
        return error_answer(error)

    async def on_malformed(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing" and where.lower() == "header.idempotency-key":
            message = "a request for a task needs the header Idempotency-Key: it makes asking twice safe"
            return JSONResponse(error_body("request_key_missing", message, "Idempotency-Key"), 400)
        return JSONResponse(error_body("request_malformed", str(first["msg"]), where), 422)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = {404: "request_unknown_path", 405: "request_wrong_method"}.get(error.status_code, "request_malformed")
        return JSONResponse(error_body(code, str(error.detail), request.url.path), error.status_code, error.headers)

    app.add_exception_handler(FleetError, on_fleet_error)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_http)
