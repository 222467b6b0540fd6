"""A unit for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.unit import Unit, unit


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Unit]:
    async with unit(tmp_path) as made:
        yield made
