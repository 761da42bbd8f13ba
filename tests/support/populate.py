"""Fills a new database for the product's processes, and prints who and what is in it as JSON.

Run as a process of its own, with the settings of those processes: the tests' own Django has
another database.
"""

import json
import sys

import django

LEARNERS = 20
WORDS = 200


def main() -> None:
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    from sessions_core import tokens
    from sessions_core.models import Activity, Item

    call_command("migrate", verbosity=0, interactive=False)
    users = get_user_model()
    learners = [users.objects.create(username=f"pupil{n}", password="!") for n in range(LEARNERS)]
    activity = Activity.objects.create(key="served", name="Served Vocabulary")
    Item.objects.bulk_create(
        Item(activity=activity, key=f"{n}", position=n, prompt=f"word {n}", answer=f"palabra {n}")
        for n in range(WORDS)
    )
    world = {
        "learners": [
            {"id": user.pk, "username": user.username, "token": tokens.issue(user).access}
            for user in learners
        ],
        "activity_id": activity.pk,
        "answers": {str(pk): text for pk, text in activity.items.values_list("pk", "answer")},
    }
    json.dump(world, sys.stdout)


if __name__ == "__main__":
    main()
