from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Q



def clock_of_open_sessions(apps, schema_editor):
    """Give the sessions whose time limit still runs the time that has gone by so far."""
    sessions = apps.get_model("sessions_core", "Session").objects
    limited = sessions.filter(status__in=["active", "paused"], time_limit__isnull=False)
    limited.update(elapsed_ms=F("active_ms"))


def free_keys_of_several_sessions(apps, schema_editor):
    """Before this migration a key was unique in the whole table: keep the first of each."""
    attempts = apps.get_model("sessions_core", "Attempt").objects
    earlier = attempts.filter(key=OuterRef("key")).filter(
        Q(session_id__lt=OuterRef("session_id"))
    )
    attempts.filter(Exists(earlier), key__isnull=False).update(key=None)


class Migration(migrations.Migration):
    dependencies = [("sessions_core", "0008_one_check_for_all_counts")]

    operations = [
        migrations.AddField(
            "session", "revision", models.BigIntegerField(default=0, db_default=0, editable=False)
        ),
        migrations.AddField(
            "itemmemory", "revision", models.BigIntegerField(default=0, db_default=0, editable=False)
        ),
        migrations.AddField("session", "elapsed_ms", models.BigIntegerField(default=0, db_default=0)),
        migrations.RunPython(clock_of_open_sessions, migrations.RunPython.noop),
        migrations.RemoveConstraint("attempt", "attempt_key"),
        migrations.AddConstraint(
            "attempt",
            models.UniqueConstraint(
                fields=["session", "key"],
                name="attempt_key_in_session",
                condition=models.Q(key__isnull=False),
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, free_keys_of_several_sessions),
    ]
