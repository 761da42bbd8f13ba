from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import m2m_changed, post_migrate


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Therapist analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sessions_core.signals import person_handled

        from . import personal_data
        from .audit.people_handled import on_person_handled
        from .audit.roles_changed import on_groups_changed
        from .crypto.keyring import keyring
        from .live.wakeups import on_recorded
        from .roles import create_roles
        from .signals import recorded

        keyring()  # without its keys the process must not start
        post_migrate.connect(create_roles, sender=self, dispatch_uid="analytics.create_roles")
        recorded.connect(on_recorded, dispatch_uid="analytics.wake_sockets")
        m2m_changed.connect(
            on_groups_changed,
            sender=get_user_model().groups.through,
            dispatch_uid="analytics.audit_roles",
        )
        person_handled.connect(on_person_handled, dispatch_uid="analytics.audit_person")
        personal_data.register()
