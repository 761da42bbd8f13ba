from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Therapist analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .crypto.keyring import keyring
        from .roles import create_roles

        keyring()  # without its keys the process must not start
        post_migrate.connect(create_roles, sender=self, dispatch_uid="analytics.create_roles")
