"""A campaign as JUnit XML, which build servers show: a suite a scenario, a case for each expectation and seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET


def junit_text(result: Mapping[str, Any]) -> str:
    """Return the XML. Times are fleet seconds, so that the same run gives the same bytes."""
    root = ET.Element("testsuites", name="robot_fleet scenarios")
    for scenario in result["scenarios"]:
        cases = [(run, each) for run in scenario["runs"] for each in run["expectations"]]
        broken = sum(not each["passed"] for _, each in cases)
        lasted_s = sum(run["end_s"] - run["begin_s"] for run in scenario["runs"])
        suite = ET.SubElement(
            root,
            "testsuite",
            name=scenario["id"],
            tests=str(len(cases)),
            failures=str(broken),
            errors="0",
            skipped="0",
            time=f"{lasted_s:.1f}",
        )
        for run, each in cases:
            name = f"{each['id']} [seed {run['seed']}]"
            took_s = run["end_s"] - run["begin_s"]
            case = ET.SubElement(suite, "testcase", classname=scenario["id"], name=name, time=f"{took_s:.1f}")
            if not each["passed"]:
                failure = ET.SubElement(case, "failure", message=each["sentence"], type=each["expect"])
                lines = [str(piece["what"]) for piece in each["evidence"]]
                failure.text = "\n".join([*lines, f"again: {run['again']}"])
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
