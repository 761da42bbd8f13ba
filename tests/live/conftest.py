from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import Database, World
from tests.support.modes import NOT_RUN, Run
from tests.support.product import Product

if TYPE_CHECKING:
    from .learning import Asking, Learning


@pytest.fixture(scope="session")
def database(run: Run, django_db_setup: None) -> Database:
    """The tests' own, so that a test may call the verbs in this process."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    url = f"{run.postgres_url}/{name}" if run.database == "postgres" else f"sqlite:///{name}"
    return Database(url, World([], 0, {}))


@pytest.fixture(scope="session")
def products(
    run: Run, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Product]]:
    """Two processes over one Redis; where the run has none, a single process without."""
    if reason := run.missing("processes"):
        pytest.skip(NOT_RUN + reason)
    folder = tmp_path_factory.mktemp("products")
    count = 2 if run.redis_url else 1
    made = [Product(database, folder, redis_url=run.redis_url) for _ in range(count)]
    try:
        for product in made:
            product.start()
        yield made
    finally:
        for product in made:
            product.stop()


@pytest.fixture
def product(products: list[Product]) -> Product:
    return products[0]


@pytest.fixture
def another(
    serve: Callable[..., Product], database: Database, transactional_db: None
) -> Callable[..., Product]:
    """Start one more process of the product, with other settings than the shared ones."""
    return lambda **options: serve(database=database, **options)


@pytest.fixture
def learning(transactional_db: None) -> "Learning":
    # A conftest is read before the settings are chosen.
    from .learning import Learning

    return Learning()


@pytest.fixture(params=["verb", "request"])
def practice(
    request: pytest.FixtureRequest, learning: "Learning", products: list[Product]
) -> Iterator["Learning | Asking"]:
    """Who answers: this process by the verb, or the product's fast path by request."""
    from .learning import Asking

    if request.param == "verb":
        yield learning
    else:
        with Asking(learning, products[0]) as asking:
            yield asking
