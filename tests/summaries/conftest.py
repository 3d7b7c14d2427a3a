import ssl
from collections.abc import AsyncIterator

import httpx
import pytest


@pytest.fixture(scope="session")
def certificates() -> ssl.SSLContext:
    """To read them takes longer than a test."""
    return ssl.create_default_context()


@pytest.fixture
async def http(certificates: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=certificates) as client:
        yield client
