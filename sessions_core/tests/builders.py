"""Small worlds to test in: a learner, an activity, a client that speaks for somebody."""

from typing import Any

from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from sessions_core.actor import Actor
from sessions_core.models import Activity, Item

WORDS = [
    ("hello", "hola"),
    ("goodbye", "adiós"),
    ("water", "agua"),
    ("bread", "pan"),
    ("year", "año"),
    ("house", "casa"),
    ("dog", "perro"),
    ("cat", "gato"),
    ("red", "rojo"),
    ("blue", "azul"),
    ("to eat", "comer"),
    ("to drink", "beber"),
    ("sun", "sol"),
    ("moon", "luna"),
    ("day", "día"),
    ("night", "noche"),
    ("book", "libro"),
    ("table", "mesa"),
    ("chair", "silla"),
    ("window", "ventana"),
]


def learner(name: str = "ana", **fields: Any) -> Any:
    return get_user_model().objects.create(username=name, password="!", **fields)


def vocabulary(words: list[tuple[str, str]] = WORDS, **fields: Any) -> Activity:
    activity = Activity.objects.create(
        **{"key": "basic", "name": "Basic Vocabulary", "type": "flashcards", **fields}
    )
    Item.objects.bulk_create(
        [
            Item(activity=activity, key=word, position=place, prompt=word, answer=answer)
            for place, (word, answer) in enumerate(words)
        ]
    )
    return activity


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def actor_of(user: Any) -> Actor:
    return Actor(user_id=user.pk, is_staff=user.is_staff)


def answers(activity: Activity) -> dict[str, str]:
    """The accepted answer by item id, as the portal writes ids."""
    return {str(pk): answer for pk, answer in activity.items.values_list("pk", "answer")}
