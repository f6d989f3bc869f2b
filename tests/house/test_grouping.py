"""Tests that share a stack stay on one of the two cores: a runner that forgets that starts the stack twice."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_stays_together(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ or not request.config.getvalue("loadgroup"):
        pytest.skip("not divided into groups: nothing to see")
    assert request.node.nodeid.endswith("@together")
