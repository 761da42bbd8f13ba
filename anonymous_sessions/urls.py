"""Addresses of the app, without a catch-all, since analytics uses the same prefix."""

from sessions_core.rest.routes import both

from .views import adoption, concepts, preferences, session, transfer

Session = session.SessionViewSet
Transfer = transfer.TransferViewSet
Adoption = adoption.AdoptionViewSet
Concepts = concepts.ConceptViewSet
Preferences = preferences.PreferencesViewSet

urlpatterns = [
    *both("session/", Session.as_view({"post": "open"}), "anonymous-session"),
    *both("session/sync", Session.as_view({"post": "sync"}), "anonymous-sync"),
    *both("session/info", Session.as_view({"get": "info"}), "anonymous-info"),
    *both("session/usage", Session.as_view({"post": "usage"}), "anonymous-usage"),
    *both("session/rotate", Session.as_view({"post": "rotate"}), "anonymous-rotate"),
    *both("session/transfer", Transfer.as_view({"post": "issue"}), "anonymous-transfer"),
    *both("session/transfer/redeem", Transfer.as_view({"post": "redeem"}), "anonymous-redeem"),
    *both("session/adopt", Adoption.as_view({"post": "adopt"}), "anonymous-adopt"),
    *both("session/adopt/undo", Adoption.as_view({"post": "undo"}), "anonymous-adopt-undo"),
    *both(
        "session/concepts",
        Concepts.as_view({"get": "page", "post": "create"}),
        "anonymous-concepts",
    ),
    *both(
        "session/concepts/<str:concept_id>",
        Concepts.as_view({"delete": "destroy"}),
        "anonymous-concept",
    ),
    *both(
        "session/preferences",
        Preferences.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
        "anonymous-preferences",
    ),
]
