"""The modules import each other in one direction: whoever reads one need not have read it before.

Imports for types alone and imports inside functions count like any other.
"""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("langportal", "sessions_core", "analytics", "evaluations", "anonymous_sessions")


def test_no_module_needs_itself_in_the_end() -> None:
    graph = grimp.build_graph(*PACKAGES, include_external_packages=False, cache_dir=None)
    modules = {
        module: graph.find_modules_directly_imported_by(module)
        for module in graph.modules
        if ".tests" not in module
    }
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        pytest.fail("A circle: " + " -> ".join(error.args[1]))
