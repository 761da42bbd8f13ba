import logging

from django.apps import AppConfig

from .access_log import WithoutQuery


class LangportalConfig(AppConfig):
    """The host project: its pages and commands belong to none of the apps."""

    name = "langportal"
    verbose_name = "langportal"

    def ready(self) -> None:
        from .own_personal_data import register_accounts

        # The setting LOGGING would replace uvicorn's handlers.
        logging.getLogger("uvicorn.access").addFilter(WithoutQuery())
        register_accounts()
