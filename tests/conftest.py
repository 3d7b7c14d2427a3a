from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, set_stage

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_stage(tmp_path / "test.db") as stage:
        yield stage


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recorded data, which only the makers' own machines have beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder of recorded data is not beside this checkout")
    return SHARED / "data"
