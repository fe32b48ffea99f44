"""Whatever is sent, the API keeps its own description and never breaks."""

from __future__ import annotations

from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as budget
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from risorius.studio import Settings, create_app

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@cache
def described():
    return schemathesis.openapi.from_dict(create_app(Settings()).openapi())


# What an upload is, its own tests say; here it would only fill the queue.
schema = described().exclude(path="/api/read/upload")


@pytest.fixture(scope="module")
def address(run_studio, tmp_path_factory):
    with run_studio(tmp_path_factory.mktemp("data")) as (address, _):
        yield address


def keeps_its_description(case, address):
    answer = case.call(base_url=address, headers={"origin": address}, timeout=100)
    case.validate_response(answer, checks=CHECKS)


@schema.parametrize()
@budget(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_description(case, address):
    keeps_its_description(case, address)


@pytest.mark.slow
@schema.parametrize()
@budget(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_description_for_long(case, address):
    keeps_its_description(case, address)


def test_every_route_is_described():
    description = described().raw_schema
    assert description["info"]["title"] == "Risorius studio"
    told = {tag["name"]: tag["description"] for tag in description["tags"]}
    for path, verbs in description["paths"].items():
        for verb, route in verbs.items():
            assert route["description"].endswith("."), (verb, path)
            assert set(route["tags"]) <= set(told), (verb, path)
            refused = {status for status in route["responses"] if status >= "400"}
            assert refused >= {"401", "403", "421", "422"}, (verb, path)
            if verb == "post":
                assert "requestBody" in route, (verb, path)
