"""Rows with a number that every writer raises, so that a reader can tell whether they changed."""

from typing import Any

from django.db import models
from django.db.models import F


class RevisedQuerySet(models.QuerySet):
    """``update`` (and ``bulk_update``, which is made of it) raises the revision of each row."""

    def update(self, **values: Any) -> int:
        return super().update(**{"revision": F("revision") + 1, **values})


class Revised(models.Model):
    """A row that is written by compare and swap: a decision made from ``revision`` n is written
    only where the row still has n.

    ``save`` raises the revision of a row that is there already, which is only safe under its lock.
    SQL of one's own must raise it too; a test watches the tables for writers that do not.
    """

    revision = models.BigIntegerField(default=0, db_default=0, editable=False)

    objects = RevisedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            self.revision += 1
            if options.get("update_fields") is not None:
                options["update_fields"] = {*options["update_fields"], "revision"}
        super().save(*args, **options)
