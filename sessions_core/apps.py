from django.apps import AppConfig


class SessionsCoreConfig(AppConfig):
    name = "sessions_core"
    verbose_name = "Learning sessions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import own_personal_data
        from .realtime.publisher import on_session_events
        from .signals import session_events

        session_events.connect(on_session_events, dispatch_uid="sessions_core.realtime")
        own_personal_data.register()
