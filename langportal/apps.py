import logging

from django.apps import AppConfig

from .access_log import WithoutQuery


class LangportalConfig(AppConfig):
    """The product itself: the pages and commands that only the whole has."""

    name = "langportal"
    verbose_name = "langportal"

    def ready(self) -> None:
        from .own_personal_data import register_accounts

        # Not in LOGGING: that would put handlers of ours in the place of uvicorn's.
        logging.getLogger("uvicorn.access").addFilter(WithoutQuery())
        register_accounts()
