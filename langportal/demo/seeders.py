"""Lists further seeders of the demo, besides those of learners and their history.

A seeder takes the demo's users by name, creates what is missing, since it is called on every run,
and returns a line for the terminal.
"""

from collections.abc import Callable

from django.contrib.auth.models import User

from . import clinic

Seeder = Callable[[dict[str, User]], str]

SEEDERS: list[Seeder] = [clinic.seed]
