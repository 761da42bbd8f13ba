from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Evaluations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.crypto import rotation

        from . import personal_data
        from .rotation import reindex

        rotation.register_step("evaluation words", reindex)
        personal_data.register()
