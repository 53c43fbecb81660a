"""Every lifecycle is a complete table: each (state, event) pair is listed or rejected, never both."""

from itertools import product

import pytest

from robot_fleet.core.errors import FleetError
from robot_fleet.core.lifecycles import (
    advance,
    alarm,
    city_event,
    delivery,
    flow,
    incident,
    job,
    link,
    order,
    schedule,
    task,
)

TABLES = [
    pytest.param(task, task.TaskState, task.TaskEvent, id="task"),
    pytest.param(flow, flow.FlowState, flow.FlowEvent, id="flow"),
    pytest.param(order, order.OrderState, order.OrderEvent, id="order"),
    pytest.param(link, link.LinkState, link.LinkEvent, id="link"),
    pytest.param(alarm, alarm.AlarmState, alarm.AlarmEvent, id="alarm"),
    pytest.param(incident, incident.IncidentState, incident.IncidentEvent, id="incident"),
    pytest.param(job, job.JobState, job.JobEvent, id="job"),
    pytest.param(schedule, schedule.ScheduleState, schedule.ScheduleEvent, id="schedule"),
    pytest.param(city_event, city_event.CityEventState, city_event.CityEventNews, id="city_event"),
    pytest.param(delivery, delivery.DeliveryState, delivery.DeliveryEvent, id="delivery"),
]


@pytest.mark.parametrize(("module", "states", "events"), TABLES)
def test_every_pair_is_listed_or_rejected(module, states, events):
    every = set(product(states, events))
    listed, rejected = set(module.TRANSITIONS), set(module.REJECTED)
    assert listed | rejected == every
    assert not listed & rejected


@pytest.mark.parametrize(("module", "states", "events"), TABLES)
def test_every_state_can_be_reached(module, states, events):
    reached = {next(iter(states))}
    while True:
        more = {after for (before, _), after in module.TRANSITIONS.items() if before in reached}
        if more <= reached:
            break
        reached |= more
    assert reached == set(states)


@pytest.mark.parametrize("ended", task.ENDED)
@pytest.mark.parametrize("event", task.TaskEvent)
def test_an_ended_task_stays_ended(ended, event):
    with pytest.raises(FleetError) as refused:
        advance(task.TRANSITIONS, ended, event, "t1")
    assert refused.value.code == "lifecycle_rejected"
    assert refused.value.where == "t1"


@pytest.mark.parametrize(
    ("age_s", "event"),
    [
        (0.0, link.LinkEvent.REPORT),
        (3.0, link.LinkEvent.REPORT),
        (3.001, link.LinkEvent.AGE_STALE),
        (15.0, link.LinkEvent.AGE_STALE),
        (15.001, link.LinkEvent.AGE_OFFLINE),
    ],
)
def test_freshness_at_its_boundaries(age_s, event):
    assert link.freshness(age_s) is event


def test_every_task_state_has_an_open_rmf_name():
    assert set(task.OPEN_RMF_NAMES) == set(task.TaskState)
