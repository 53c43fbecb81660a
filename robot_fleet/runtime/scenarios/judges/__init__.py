"""Judges of expectations: each looks at the evidence of a run and says whether one held."""

from __future__ import annotations

from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Evidence, Verdict
from robot_fleet.runtime.scenarios.judges import faulted, motion, served, things


def judge(expectation: e.ExpectationBase, run: Evidence) -> Verdict:
    """Return whether an expectation held in a run."""
    match expectation:
        case e.AllServed():
            return served.all_served(run, [row.request_id for row in run.rows if row.request_id not in expectation.but])
        case e.Served():
            return served.all_served(run, expectation.requests)
        case e.EndsWith():
            return served.ends_with(run, expectation)
        case e.NobodyForgotten():
            return served.nobody_forgotten(run)
        case e.AlarmOnSite():
            return served.alarm_on_site(run, expectation)
        case e.LateBy():
            return served.late_by(run, expectation)
        case e.NoContact():
            return motion.no_contact(run)
        case e.ApartBy():
            return motion.apart_by(run, expectation.at_least_m)
        case e.LegalSpeeds():
            return motion.legal_speeds(run)
        case e.DistancesAgree():
            return motion.distances_agree(run, expectation.within_pct)
        case e.KeepsOut():
            return motion.keeps_out(run, expectation)
        case e.Items():
            return things.items(run, expectation.where)
        case e.CustodyKept():
            return things.custody_kept(run)
        case e.ChargeAbove():
            return things.charge_above(run, expectation)
        case e.Charged():
            return things.charged(run, expectation)
        case e.NoPlanViolation():
            return things.no_plan_violation(run)
        case e.Recovery():
            return faulted.recovery(run, expectation)
        case e.Stops():
            return faulted.stops(run, expectation)
        case e.Rings():
            return faulted.rings(run, expectation)
        case e.TakenOver():
            return faulted.taken_over(run, expectation)
        case e.FaultsStruck():
            return faulted.faults_struck(run)
    raise AssertionError(expectation)
