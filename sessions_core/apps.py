from django.apps import AppConfig
from django.core import checks


class SessionsCoreConfig(AppConfig):
    name = "sessions_core"
    verbose_name = "Learning sessions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import own_personal_data
        from .checks import check_settings
        from .realtime.publisher import on_session_events
        from .signals import session_events_at_once

        checks.register(check_settings)
        session_events_at_once.connect(on_session_events, dispatch_uid="sessions_core.realtime")
        own_personal_data.register()
