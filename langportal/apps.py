from django.apps import AppConfig


class LangportalConfig(AppConfig):
    """The product itself: the pages and commands that only the whole has."""

    name = "langportal"
    verbose_name = "langportal"

    def ready(self) -> None:
        from .own_personal_data import register_accounts

        register_accounts()
