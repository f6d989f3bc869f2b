import pytest

from packs import loader
from packs.schema import Framework, Pack


@pytest.fixture(params=["camden_2012", "camden_2021"])
def pack(request: pytest.FixtureRequest) -> Pack:
    return loader.get(request.param, 1)


@pytest.fixture
def framework(pack: Pack) -> Framework:
    return pack.framework
