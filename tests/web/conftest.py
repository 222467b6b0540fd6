"""A unit for each test, and a technician who provisions it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge_agent.web.access.role import Role
from tests.web.unit import Browser, Unit, unit


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Unit]:
    async with unit(tmp_path) as made:
        yield made


@pytest.fixture
async def browser(there: Unit, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A technician's, on the provisioning page of that unit; steps are made in this process."""
    from tests.web.visiting import inline  # noqa: PLC0415 - it paints streets; few tests need one

    inline(there, monkeypatch)
    made = await there.logged_in(Role.TECHNICIAN)
    await made.get("/provision")
    return made
