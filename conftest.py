"""What every test of the project stands on. The parts are in ``tests/support``."""

pytest_plugins = [
    "tests.support.modes",
    "tests.support.report",
    "tests.support.fixtures",
]
