"""One table: which role has which permission, and which permission each address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from robot_fleet.stores.passes.kinds import PassKind
from robot_fleet.stores.users.people import Role


class Permission(StrEnum):
    """What somebody may do."""

    OPEN = "open"
    """What anybody may, signed in or not."""
    SELF = "self"
    """What everybody who is signed in may do about themselves."""
    VIEW = "view"
    """See the fleet."""
    CASES = "cases"
    """Read what happened at somebody's door: each reading is recorded."""
    PEOPLE = "people"
    """Read who lives at a place; who manages needs sums, not names."""
    OPERATE = "operate"
    """Command the fleet and answer its alarms."""
    TELL = "tell"
    """Hand in events of the city, which are signed besides."""
    REPORT = "report"
    """Read what the fleet achieves and costs."""
    ADMINISTER = "administer"
    """See who has done what."""
    OWN = "own"
    """See what one's pass is for, and say how it was."""
    ASK = "ask"
    """Ask for what the site offers to the place or the item of one's pass."""
    REPLY = "reply"
    """Answer a robot that waits at one's place or with one's delivery, also by its code."""
    TICKET = "ticket"
    """Be given a pass for what was handed over, by its ticket."""


_VIEWER = frozenset({Permission.OPEN, Permission.SELF, Permission.VIEW})
_PLATFORM = frozenset({Permission.OPEN, Permission.SELF, Permission.TELL})
_MANAGER = _VIEWER | {Permission.CASES, Permission.OPERATE, Permission.REPORT, Permission.TELL}
_OPERATOR = _VIEWER | {Permission.CASES, Permission.OPERATE, Permission.PEOPLE, Permission.TELL}

ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.PLATFORM: _PLATFORM,
        Role.VIEWER: _VIEWER,
        Role.OPERATOR: _OPERATOR,
        Role.MANAGER: _MANAGER,
        Role.ADMIN: _OPERATOR | _MANAGER | {Permission.ADMINISTER},
    }
)

GUESTS: Mapping[PassKind, frozenset[Permission]] = MappingProxyType(
    {
        PassKind.KIOSK: frozenset({Permission.OWN, Permission.ASK, Permission.TICKET}),
        PassKind.RESIDENT: frozenset({Permission.OWN, Permission.ASK, Permission.REPLY}),
        PassKind.TASK: frozenset({Permission.OWN, Permission.REPLY}),
        PassKind.ITEM: frozenset({Permission.OWN, Permission.ASK}),
    }
)
"""What a pass lets somebody do who is no user; no user may by being one, since these are about a pass's own thing."""

OF_GUESTS = frozenset().union(*GUESTS.values())

ADDRESSES: Mapping[str, Permission] = MappingProxyType(
    {
        "FILES /i18n": Permission.OPEN,  # what the pages say
        "FILES /": Permission.OPEN,  # the console's own, without anything of the fleet in it
        "GET /api/v1/health": Permission.OPEN,  # supervisors ask, and they have no name
        "GET /api/v1/session": Permission.OPEN,
        "POST /api/v1/session": Permission.OPEN,
        "DELETE /api/v1/session": Permission.SELF,
        "POST /api/v1/session/password": Permission.SELF,
        "GET /api/v1/openapi.json": Permission.VIEW,
        "GET /api/v1/site": Permission.VIEW,
        "GET /api/v1/map.png": Permission.VIEW,
        "GET /api/v1/robots": Permission.VIEW,
        "GET /api/v1/robots/heard": Permission.VIEW,
        "GET /api/v1/robots/{robot}": Permission.VIEW,
        "GET /api/v1/tasks": Permission.VIEW,
        "GET /api/v1/tasks/{task_id}": Permission.VIEW,
        "GET /api/v1/tasks/{task_id}/why": Permission.VIEW,
        "GET /api/v1/tasks/{task_id}/price": Permission.VIEW,
        "GET /api/v1/ways": Permission.VIEW,
        "GET /api/v1/zones": Permission.VIEW,
        "GET /api/v1/zones/{zone}": Permission.VIEW,
        "GET /api/v1/items": Permission.VIEW,
        "GET /api/v1/places/out": Permission.VIEW,
        "GET /api/v1/equipment": Permission.VIEW,
        "GET /api/v1/papers": Permission.VIEW,
        "GET /api/v1/alarms": Permission.VIEW,
        "GET /api/v1/incidents": Permission.VIEW,
        "GET /api/v1/jobs": Permission.VIEW,
        "GET /api/v1/events": Permission.VIEW,
        "GET /api/v1/schedules": Permission.VIEW,
        "GET /api/v1/schedules/{schedule}": Permission.VIEW,
        "GET /api/v1/schedules/{schedule}/occurrences": Permission.VIEW,
        "GET /api/v1/occurrences": Permission.VIEW,
        "GET /api/v1/templates": Permission.VIEW,
        "GET /api/v1/users": Permission.VIEW,
        "GET /api/v1/rmf/tasks": Permission.VIEW,
        "GET /api/v1/rmf/tasks/{task_id}/state": Permission.VIEW,
        "GET /metrics": Permission.VIEW,
        "WS /api/v1/stream": Permission.VIEW,
        "GET /api/v1/incidents/{incident}": Permission.CASES,
        # whose doors robots came to, and how often, is more than what they do now
        "GET /api/v1/replay": Permission.CASES,
        "GET /api/v1/replay/frames": Permission.CASES,
        "GET /api/v1/shifts": Permission.CASES,
        "GET /api/v1/shifts/open": Permission.CASES,
        "GET /api/v1/shifts/{shift}": Permission.CASES,
        "POST /api/v1/events": Permission.TELL,
        "POST /api/v1/events/{source}/{event}/end": Permission.OPERATE,
        "POST /api/v1/shifts": Permission.OPERATE,
        "POST /api/v1/shifts/{shift}/take": Permission.OPERATE,
        "POST /api/v1/tasks": Permission.OPERATE,
        "POST /api/v1/tasks/import": Permission.OPERATE,
        "POST /api/v1/tasks/cancel": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/priority": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/after": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/assign": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/hold": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/resume": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/cancel": Permission.OPERATE,
        "POST /api/v1/tasks/{task_id}/answer": Permission.OPERATE,
        "POST /api/v1/hold": Permission.OPERATE,
        "POST /api/v1/resume": Permission.OPERATE,
        "POST /api/v1/zones/close": Permission.OPERATE,
        "POST /api/v1/zones/open": Permission.OPERATE,
        "POST /api/v1/zones/{zone}/close": Permission.OPERATE,
        "POST /api/v1/zones/{zone}/open": Permission.OPERATE,
        "POST /api/v1/zones/{zone}/limit": Permission.OPERATE,
        "POST /api/v1/papers/{paper}/withdraw": Permission.OPERATE,
        "POST /api/v1/papers/{paper}/restore": Permission.OPERATE,
        "POST /api/v1/places/out": Permission.OPERATE,
        "POST /api/v1/places/mended": Permission.OPERATE,
        "POST /api/v1/equipment/{equipment}/out": Permission.OPERATE,
        "POST /api/v1/equipment/{equipment}/mended": Permission.OPERATE,
        "POST /api/v1/alarms/{alarm}/acknowledge": Permission.OPERATE,
        "POST /api/v1/alarms/{alarm}/shelve": Permission.OPERATE,
        "POST /api/v1/alarms/{alarm}/unshelve": Permission.OPERATE,
        "POST /api/v1/alarms/{alarm}/voice": Permission.OPERATE,
        "POST /api/v1/jobs": Permission.OPERATE,
        "POST /api/v1/jobs/{job}/{answer}": Permission.OPERATE,
        "POST /api/v1/incidents": Permission.OPERATE,
        "POST /api/v1/incidents/{incident}/notes": Permission.OPERATE,
        "POST /api/v1/incidents/{incident}/close": Permission.OPERATE,
        "POST /api/v1/robots/{robot}/maintenance": Permission.OPERATE,
        "POST /api/v1/rmf/tasks/dispatch_task": Permission.OPERATE,
        "POST /api/v1/rmf/tasks/robot_task": Permission.OPERATE,
        "POST /api/v1/rmf/tasks/cancel_task": Permission.OPERATE,
        "POST /api/v1/schedules": Permission.OPERATE,
        "POST /api/v1/schedules/{schedule}/revise": Permission.OPERATE,
        "POST /api/v1/schedules/{schedule}/pause": Permission.OPERATE,
        "POST /api/v1/schedules/{schedule}/resume": Permission.OPERATE,
        "POST /api/v1/schedules/{schedule}/skip": Permission.OPERATE,
        "POST /api/v1/schedules/{schedule}/end": Permission.OPERATE,
        "POST /api/v1/templates": Permission.OPERATE,
        "POST /api/v1/templates/{template}/rename": Permission.OPERATE,
        "POST /api/v1/templates/{template}/delete": Permission.OPERATE,
        "GET /api/v1/reports/{period}": Permission.REPORT,
        "GET /api/v1/reports/{period}/file": Permission.REPORT,
        "GET /api/v1/report-schedules": Permission.REPORT,
        "POST /api/v1/report-schedules/{schedule}/send": Permission.REPORT,
        "GET /api/v1/people/counts": Permission.REPORT,
        "GET /api/v1/what-if": Permission.REPORT,
        "POST /api/v1/what-if": Permission.REPORT,
        "GET /api/v1/what-if/{question}": Permission.REPORT,
        "POST /api/v1/what-if/{question}/cancel": Permission.REPORT,
        "GET /api/v1/people": Permission.PEOPLE,
        "GET /api/v1/people/card": Permission.PEOPLE,
        "POST /api/v1/people/card": Permission.PEOPLE,
        "GET /api/v1/audit": Permission.ADMINISTER,
        "GET /api/v1/passes": Permission.OPERATE,
        "POST /api/v1/passes": Permission.OPERATE,
        "POST /api/v1/passes/{pass_id}/revoke": Permission.OPERATE,
        "GET /api/v1/me": Permission.OWN,
        "POST /api/v1/me/ratings": Permission.OWN,
        "POST /api/v1/me/requests": Permission.ASK,
        "POST /api/v1/me/answers": Permission.REPLY,
        "POST /api/v1/me/code": Permission.REPLY,
        "POST /api/v1/me/tickets": Permission.TICKET,
    }
)
"""By method (`WS` of a WebSocket, `FILES` of a folder) and address. What is not in here, nobody may."""

RECORDED_READS = frozenset({Permission.CASES, Permission.PEOPLE, Permission.ADMINISTER})
"""Reading is recorded, too, where it is about people. Commands are always."""
