from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.modes import Run
from tests.support.product import Product

if TYPE_CHECKING:
    from .world import World


@pytest.fixture(scope="session")
def products(
    run: Run, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[list[Product]]:
    """Two processes over one Redis; where the run has none, a single process without."""
    folder = tmp_path_factory.mktemp("products")
    started: list[Product] = []
    try:
        for _ in range(2 if run.redis_url else 1):
            started.append(Product(run, folder, run.redis_url).start())
        yield started
    finally:
        for product in started:
            product.stop()


@pytest.fixture
def product(products: list[Product]) -> Product:
    return products[0]


@pytest.fixture
def start_product(run: Run, tmp_path: Path, transactional_db: None) -> Iterator[Callable]:
    """Start processes of the product with other settings than the shared ones."""
    started: list[Product] = []

    def start(redis_url: str = "", **settings: object) -> Product:
        started.append(Product(run, tmp_path, redis_url, **settings).start())
        return started[-1]

    yield start
    for product in started:
        product.stop()


@pytest.fixture
def world(transactional_db: None) -> "World":
    # A conftest is read before the settings are chosen.
    from .world import World

    return World()
