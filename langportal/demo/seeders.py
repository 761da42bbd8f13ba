"""What is seeded beyond learners and their history.

To add to the demo, write a file beside this one with a function that takes the demo's users by
name, makes what is missing (it is called on every run) and returns a line for the terminal, and
name it here.
"""

from collections.abc import Callable

from django.contrib.auth.models import User

from . import clinic

Seeder = Callable[[dict[str, User]], str]

SEEDERS: list[Seeder] = [clinic.seed]
