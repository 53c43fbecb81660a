"""The API against its own description: whatever is sent, no 5xx, and nothing that the description does not tell of.

Every address of the app is in here by itself. The examples are the same in each run.
"""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from robot_fleet.stores.users.people import Role
from test.fakes.house import House

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    missing_required_header,
    unsupported_method,
]


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "examples"), [(GenerationMode.POSITIVE, 8), (GenerationMode.NEGATIVE, 4)])
def test_the_api_is_as_it_is_described(
    tmp_path_factory: pytest.TempPathFactory, mode: GenerationMode, examples: int
) -> None:
    wrong: list[str] = []
    tried: set[str] = set()
    every_run_the_same = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with House(tmp_path_factory.mktemp("house")) as house:
        schema = schemathesis.openapi.from_dict(house.app.openapi())
        schema.config.update(base_url=house.server.url)
        token = {"authorization": f"Bearer {house.tokens[Role.ADMIN]}"}

        def attempt(case: schemathesis.Case) -> None:
            tried.add(case.operation.label)
            house.steady_s += 60.0  # nobody is told to slow down
            case.call_and_validate(checks=CHECKS, headers=token)

        for found in schema.get_all_operations():
            operation = found.ok()
            try:
                every_run_the_same(given(operation.as_strategy(generation_mode=mode))(attempt))()
            except Unsatisfiable:
                continue  # nothing can be sent there that is wrong
            except (Exception, BaseExceptionGroup) as error:
                wrong.append(f"{operation.label}: {error!s:.900}")
    assert not wrong, "\n\n".join(wrong)
    assert len(tried) > 40
