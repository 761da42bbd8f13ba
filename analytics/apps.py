from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import m2m_changed, post_migrate, post_save, pre_delete, pre_save


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Therapist analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.models import Group

        from sessions_core.realtime import asyncapi
        from sessions_core.signals import person_handled

        from . import personal_data
        from .audit import roles_changed
        from .audit.personal_data_requests import on_person_handled
        from .crypto.keyring import keyring
        from .live.definitions import SESSION_CHANNEL, THERAPIST_CHANNEL
        from .live.feed import on_recorded
        from .roles import create_roles
        from .signals import recorded

        user_model = get_user_model()
        keyring()  # raises without keys, so that the process does not start
        post_migrate.connect(create_roles, sender=self, dispatch_uid="analytics.create_roles")
        recorded.connect(on_recorded, dispatch_uid="analytics.live")
        for signal, receiver, sender in (
            (m2m_changed, roles_changed.on_groups_changed, user_model.groups.through),
            (pre_delete, roles_changed.on_group_deleted, Group),
            (pre_save, roles_changed.on_user_saving, user_model),
            (post_save, roles_changed.on_user_saved, user_model),
        ):
            signal.connect(receiver, sender=sender, dispatch_uid=receiver.__name__)
        person_handled.connect(on_person_handled, dispatch_uid="analytics.audit_person")
        personal_data.register()
        asyncapi.describe(SESSION_CHANNEL)
        asyncapi.describe(THERAPIST_CHANNEL)
