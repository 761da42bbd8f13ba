from django.apps import AppConfig


class AnonymousSessionsConfig(AppConfig):
    name = "anonymous_sessions"
    verbose_name = "Anonymous sessions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, login, personal_data  # noqa: F401

        personal_data.register()
