"""Every figure of the periodic report, from a day made by hand (see `hand_made`) and sums made on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from robot_fleet.reports.calendar import Length
from robot_fleet.reports.folds.measured import MeasuredHour
from robot_fleet.reports.folds.past import Past, ground_of
from robot_fleet.reports.folds.tasks import TaskStory
from robot_fleet.reports.periodic.json_file import report_json
from robot_fleet.reports.periodic.periodic import PeriodReport, Table, period_report
from robot_fleet.reports.periodic.registry import figures
from robot_fleet.reports.periodic.service_figures import rating_values
from test.unit.reports import hand_made
from test.unit.reports.hand_made import FACTS, GROUND, past, period
from test.unit.reports.test_energy import NIGHT
from test.unit.reports.test_energy import site as energy_site

NONE = None
STATES = (
    *("working_s", "driving_empty_s", "driving_loaded_s", "waiting_s"),
    *("charging_s", "out_of_service_s", "idle_s", "unknown_s"),
)


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    return period_report(past(), GROUND, None, period())


def table(report: PeriodReport, name: str) -> Table:
    return next(each for each in report.tables if each.id == name)


def values(report: PeriodReport, name: str, key: str = "fleet") -> Mapping[str, float | None]:
    return next(row.values for row in table(report, name).rows if row.key == key)


def states(report: PeriodReport, by: str, key: str) -> list[float]:
    found = values(report, f"utilisation_by_{by}", key)
    return [found[name] or 0.0 for name in STATES]


def test_each_robots_day_is_what_it_did(report: PeriodReport) -> None:
    # c1: works 29070-29670; drives 28910-29060 and 29700-29830; waits 28900-28910 and 29060-29070;
    # charges 29830-36000 and 46800-47400; idle 28800-28900 and 29670-29700. Known 7,800 of 86,400.
    assert states(report, "robot", "c1") == [600, 280, 0, 20, 6770, 0, 130, 78_600]
    # l1: works 32500-32560, 32800-32830, 33130-33190; drives 32400-32500, loaded 32560-32760; waits 32760-32800;
    # out of service 300 + 600 + 3,600; idle 33190-34000, 34600-36000, 46800-47400. Known 7,800 again.
    assert states(report, "robot", "l1") == [150, 100, 200, 40, 0, 4500, 2810, 78_600]


def test_the_fleet_is_the_sum_and_its_shares_follow(report: PeriodReport) -> None:
    assert states(report, "fleet", "fleet") == [750, 380, 200, 60, 6770, 4500, 2940, 157_200]
    fleet = values(report, "utilisation_by_fleet")
    assert fleet["robot_s"] == 2 * 86_400
    assert fleet["known_pct"] == 9.0  # 15,600 of 172,800 = 9.03 %
    # on task: c1 28900-29670 = 770; l1 32400-33190 without the fault = 490. In service: 15,600 - 4,500 = 11,100.
    assert fleet["utilisation_pct"] == 11.4  # 1,260 / 11,100
    assert fleet["availability_pct"] == 71.2  # 11,100 / 15,600
    assert fleet["heard_pct"] == 0.0
    assert (report.facts_pct, report.telemetry_pct) == (9.0, None)
    assert states(report, "kind", "care") == states(report, "robot", "c1")


def test_time_is_put_together_by_service_and_building(report: PeriodReport) -> None:
    assert values(report, "utilisation_by_service", "visit")["robot_s"] == 770
    assert values(report, "utilisation_by_service", "parcel")["robot_s"] == 790  # the fault's 300 s are in it
    assert values(report, "utilisation_by_service", "")["robot_s"] == 172_800 - 1_560
    # l1 is at the hub until it arrives at home/r2 (32760); c1's first 100 s are before its first order.
    assert values(report, "utilisation_by_building", "hub")["robot_s"] == 360
    assert values(report, "utilisation_by_building", "home")["robot_s"] == 7_440 + 7_700
    assert values(report, "utilisation_by_building", "")["robot_s"] == 157_200 + 100


def test_time_is_put_together_by_hour_and_weekday(report: PeriodReport) -> None:
    # 08:00 to 09:00: c1 is known throughout, l1 not at all; c1 charges from 29830 to 32400.
    assert states(report, "hour", "08") == [600, 280, 0, 20, 2570, 0, 130, 3600]
    assert states(report, "hour", "12") == [0, 0, 0, 0, 0, 0, 0, 7200]  # the silence
    month = period_report(past(), GROUND, None, period(Length.MONTH, "2026-11"))
    sunday = values(month, "utilisation_by_weekday", "7")  # 1 November 2026, and the four Sundays after it
    assert (sunday["working_s"], sunday["robot_s"]) == (750, 5 * 172_800)
    assert values(month, "utilisation_by_weekday", "1")["unknown_s"] == 5 * 172_800
    assert values(month, "utilisation_by_day", "2026-11-01")["working_s"] == 750


@pytest.mark.parametrize(
    ("length", "of", "days"), [("day", "2026-11-01", 1), ("week", "2026-W44", 7), ("month", "2026-11", 30)]
)
def test_in_every_table_the_states_part_the_time(length: str, of: str, days: int) -> None:
    made = period_report(past(), GROUND, None, period(Length(length), of))
    for each in made.tables:
        if each.id.startswith("utilisation_by_"):
            assert sum(row.values["robot_s"] or 0.0 for row in each.rows) == pytest.approx(days * 2 * 86_400, abs=1.0)
            for row in each.rows:
                assert sum(row.values[name] or 0.0 for name in STATES) == pytest.approx(row.values["robot_s"], abs=1.0)


def test_telemetry_makes_a_silence_known(report: PeriodReport) -> None:
    heard = {(hour, "c1"): MeasuredHour(3600.0) for hour in (11, 12)}  # 11:00 to 13:00, all of the silence
    known = period_report(past(), GROUND, heard, period())
    assert states(known, "robot", "c1") == [600, 280, 0, 20, 6770 + 7200, 0, 130, 78_600 - 7200]
    assert states(known, "robot", "l1") == states(report, "robot", "l1")
    assert known.telemetry_pct == 4.2  # 7,200 of 172,800


def test_requests_are_counted_where_they_are_asked_and_where_they_end(report: PeriodReport) -> None:
    assert dict(values(report, "service")) == {
        "requests": 5,
        "done": 2,
        "failed": 1,
        "cancelled": 1,
        "refused": 1,
        "on_time_pct": 50.0,  # t1 of t1 and t2
        "performance_pct": 25.0,  # t1 of t1, t2, t5 (failed), t3 (refused)
        "wait_p50_s": 100.0,  # t2 32500 - 32400; t1 29060 - 28800 = 260
        "wait_p95_s": 260.0,
        "lateness_p50_s": 0.0,
        "lateness_p95_s": 60.0,
        "rated": None,  # by nobody: fewer than five are not told
        "rating_mean": None,
    }
    assert values(report, "service", "parcel")["requests"] == 2
    assert [(row.key, row.values["ended"]) for row in table(report, "reasons").rows] == [
        ("cancelled:cancelled_by_person", 1),
        ("failed:nav_failed", 1),
        ("rejected:too_heavy", 1),
    ]


def test_what_the_work_took(report: PeriodReport) -> None:
    assert dict(values(report, "effort")) == {
        "done": 2,
        "tasks_per_robot_h": 0.462,  # 2 / (15,600 / 3,600)
        "distance_m": 550.0,  # c1 100 + 50 + 100; l1 100 + 200
        "empty_pct": 63.6,  # 350 of 550
        "energy_wh": NONE,
        # c1: 750 s standing and 30 s docking at 36 W = 7.8, 250 s driving at 72 W = 5; l1: 7,500 s at 36 W = 75,
        # 100 s at 72 W = 2, 200 s loaded at 144 W = 8. Together 97.8
        "energy_reckoned_wh": 97.8,
        "wh_per_task": 48.9,
        "heard_pct": 0.0,
        "faults": 1,
        "mtbf_h": 3.083,  # 11,100 s in service
        "mttr_s": 450.0,  # the fault's 300 s and the stop's 600 s; maintenance is no repair
        "interventions": 2,  # the stop, and the answer to t5
        "interventions_per_100": 100.0,
        "interventions_per_km": 3.636,  # 2 / 0.55
    }
    assert values(report, "effort", "logistics")["interventions"] == 1


def test_alarms_are_counted_as_eemua_does(report: PeriodReport) -> None:
    assert dict(values(report, "alarms")) == {
        "alarms": 2,  # the call t1, and the stuck robot
        "rings": 2,
        "rings_per_10_min": 0.07,  # 2 in the hours with facts 8, 9, 10, 11, 13: 30 times ten minutes
        "rings_worst_10_min": 1.0,
        "floods": 0,
        "alarms_high_pct": 100.0,
        "alarms_in_time_pct": 50.0,  # stuck after 100 of 300 s; nobody took note of the call
        "acknowledged_p50_s": 100.0,
        "acknowledged_p90_s": 100.0,
        "calls_in_time_pct": 100.0,
    }


def test_cost_is_reckoned_with_the_sites_prices(report: PeriodReport) -> None:
    assert dict(values(report, "cost")) == {
        "billed_days": 1,
        "lease_won": 30_000.0,  # (300,000 + 600,000) / 30 days of November
        # c1 12.8 Wh / 0.8 at the mean of its charging hours, (6,170 x 100 + 600 x 200) / 6,770 = 108.86 won: 1.742;
        # l1 never charged: 85 Wh / 0.8 at the day's mean of 150 won: 15.938
        "energy_won": 17.679,
        "maintenance_won": 1_850.0,  # 30,000 / 30 + 0.25 km x 1,000 + 0.3 km x 2,000
        "operator_min": 24.0,  # 2 alarms x 2 + 1 incident x 10 + 2 interventions x 5
        "operators_won": 7_200.0,  # 0.4 h x 18,000
        "total_won": 39_067.679,
        "done": 2,
        "won_per_task": 19_533.84,
        "budget_won": 50_000.0,
        "budget_used_pct": 78.1,
    }
    assert values(report, "cost", "care")["lease_won"] == 10_000.0


def test_only_days_with_facts_are_charged() -> None:
    month = period_report(past(), GROUND, None, period(Length.MONTH, "2026-11"))
    assert (values(month, "cost")["billed_days"], values(month, "cost")["lease_won"]) == (1, 30_000.0)


def test_saved_time_is_what_the_site_assumes(report: PeriodReport) -> None:
    assert dict(values(report, "saved", "visit")) == {"done": 1, "minutes_per_task": 15.0, "hours_saved": 0.25}
    assert values(report, "saved")["hours_saved"] == 0.35  # and 6 min of the parcel
    assert dict(report.assumptions)["operators"].en == "assumption"


def test_measured_energy_stands_where_telemetry_covers_the_time() -> None:
    # Both robots are known for 2 h 10 min each; each hour with facts is heard whole. c1 used 10 Wh in each of the hours
    # 8, 9, 10, 11, 13 and charged 40 Wh at 09 (100 won) and at 13 (200 won); l1 used 5 Wh in each of 9, 10, 11, 13.
    heard = {(hour, "c1"): MeasuredHour(3600.0, 10.0, 40.0 if hour in (9, 13) else 0.0) for hour in (8, 9, 10, 11, 13)}
    heard |= {(hour, "l1"): MeasuredHour(3600.0, 5.0, 0.0) for hour in (9, 10, 11, 13)}
    made = period_report(past(), GROUND, heard, period())
    effort = values(made, "effort")
    assert (effort["energy_wh"], effort["wh_per_task"]) == (70.0, 35.0)
    assert values(made, "cost")["energy_won"] == 15.0  # 0.04 kWh / 0.8 x 100 + 0.04 kWh / 0.8 x 200


def test_without_prices_there_is_no_cost() -> None:
    bare = hand_made.Ground("hand", robots=GROUND.robots)
    made = period_report(past(ground=bare), bare, None, period())
    assert not {"cost", "saved"} & {each.id for each in made.tables}
    assert values(made, "effort")["distance_m"] == 0.0


def test_an_empty_ledger_is_all_unknown() -> None:
    made = period_report(past(()), GROUND, None, period())
    assert states(made, "fleet", "fleet") == [0, 0, 0, 0, 0, 0, 0, 172_800]
    assert values(made, "effort")["tasks_per_robot_h"] is None


def test_every_figure_is_in_the_registry_and_every_entry_is_shown(report: PeriodReport) -> None:
    charging = charged()
    assert {name for each in (*report.tables, *charging.tables) for name in each.figures} == set(figures())
    for each in (*report.tables, *charging.tables):
        assert all(set(row.values) <= set(each.figures) for row in each.rows), each.id


def test_facts_may_be_taken_in_bit_by_bit(report: PeriodReport) -> None:
    made = past(FACTS[:20])
    period_report(made, GROUND, None, period())  # a report in between changes nothing
    for seq, (at_s, fact) in enumerate(FACTS[20:], start=21):
        made.take(seq, at_s, fact)
    assert period_report(made, GROUND, None, period()) == report


def test_ratings_are_told_of_five_at_least() -> None:
    def rated(*stars: int) -> list[TaskStory]:
        return [replace(TaskStory("t", "s", False, 0.0, 0.0, ()), stars=each) for each in stars]

    whole, by_service = rating_values({"visits": rated(5, 5, 4, 4, 3, 0), "meals": rated(1, 2), "cars": rated(5) * 9})
    assert by_service["cars"] == {"rated": 9.0, "rating_mean": 5.0}
    # the smallest of the larger groups is hidden with the small one, or the total would tell it
    assert by_service["meals"] == by_service["visits"] == {"rated": None, "rating_mean": None}
    assert whole == {"rated": 16.0, "rating_mean": 4.31}
    assert rating_values({"meals": rated(1, 2)})[0] == {"rated": None, "rating_mean": None}


def charged() -> PeriodReport:
    """The report of a day of the tiny site in which a robot has waited for the light load (`test_energy`)."""
    ground = ground_of(energy_site(), None)
    made = Past(ground)
    for number, fact in enumerate(NIGHT, 1):
        made.take(number, fact.at_s, fact)
    return period_report(made, ground, None, period(Length.WEEK, "1"))


def test_charging_is_part_of_the_report_and_of_the_cost_of_energy() -> None:
    made = charged()
    assert values(made, "energy", "care_1")["saved_won"] == 28.0
    assert values(made, "energy")["charged_won"] == 30.0
    assert values(made, "energy_by_load", "light") == {"grid_kwh": 0.3}
    assert values(made, "energy_by_group", "all") == {"limit_kw": None, "peak_kw": 0.14, "at_once_peak_kw": 0.14}
    assert ("tariff", energy_site().energy.source) in made.assumptions  # type: ignore[union-attr]
    told = report_json(made)
    assert [table["id"] for table in told["tables"]][-3:] == ["energy", "energy_by_load", "energy_by_group"]
    assert sum(told["energy"]["curve"]["groups_kw"]["all"]) / 4.0 == pytest.approx(0.3, abs=1e-3)
    assert "energy" not in {table.id for table in period_report(past(), GROUND, None, period()).tables}
