"""Guided practice's responses as the API documents describe them. ``render`` makes the data."""

from rest_framework import serializers

from ...models import Completion


class PracticeSessionOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    user_id = serializers.IntegerField(allow_null=True)
    sequence_id = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField()
    completion_status = serializers.ChoiceField(
        choices=Completion.choices, help_text="A running session reads abandoned."
    )
    status = serializers.CharField(help_text="active, paused, completed, cancelled or expired.")
    poses_completed = serializers.IntegerField()


class StatisticsOutput(serializers.Serializer):
    total_sessions = serializers.IntegerField(help_text="Ended sessions.")
    total_practice_time_seconds = serializers.IntegerField()
    average_duration_seconds = serializers.IntegerField()
    completion_rate_percent = serializers.FloatField(help_text="Fully completed / started.")


class PracticeCompletedOutput(PracticeSessionOutput):
    server_duration_seconds = serializers.IntegerField(help_text="By the server's clock.")
    statistics = StatisticsOutput()


class PausedOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    duration_seconds = serializers.IntegerField()
    completion_status = serializers.CharField()
    status = serializers.CharField()


class NextPoseOutput(serializers.Serializer):
    pose_id = serializers.IntegerField()
    name = serializers.CharField()
    duration_seconds = serializers.IntegerField(allow_null=True)


class PoseOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    pose_id = serializers.IntegerField()
    name = serializers.CharField()
    poses_completed = serializers.IntegerField()
    poses_total = serializers.IntegerField(help_text="0 in a free practice.")
    next_pose = NextPoseOutput(allow_null=True)


class NotesOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)


class SessionWithNotesOutput(PracticeSessionOutput):
    notes = serializers.CharField(allow_blank=True)


class ShareOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    token = serializers.CharField()
    url = serializers.URLField()
    expires_at = serializers.DateTimeField(allow_null=True)


class SharedItemOutput(serializers.Serializer):
    name = serializers.CharField()
    attempts = serializers.IntegerField()
    correct = serializers.IntegerField()


class SharedOutput(serializers.Serializer):
    activity = serializers.CharField(allow_null=True)
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField()
    completion_status = serializers.CharField()
    poses_completed = serializers.IntegerField()
    items = SharedItemOutput(many=True)


class StreakOutput(serializers.Serializer):
    current_days = serializers.IntegerField()
    longest_days = serializers.IntegerField()
    began_on = serializers.DateField(allow_null=True)
    freezes_left = serializers.IntegerField(help_text="Days that may still be missed.")
    frozen_days = serializers.ListField(child=serializers.DateField())


class StatsOutput(StatisticsOutput):
    sessions_started = serializers.IntegerField()
    sessions_completed = serializers.IntegerField()
    days_practised = serializers.IntegerField()
    attempts = serializers.IntegerField()
    correct_attempts = serializers.IntegerField()
    success_rate = serializers.FloatField()
    streak = StreakOutput()


class ExplainedOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    day = serializers.DateField(help_text="Calendar day of the start, in its zone.")
    zone = serializers.CharField()
    started_at = serializers.DateTimeField()
    duration_seconds = serializers.IntegerField()
    completion_status = serializers.CharField()
    counted = serializers.BooleanField()
    reason = serializers.CharField()


class ExplanationOutput(serializers.Serializer):
    sessions = ExplainedOutput(many=True)


class CalendarDayOutput(serializers.Serializer):
    date = serializers.DateField()
    sessions = serializers.IntegerField()
    completed = serializers.IntegerField()
    seconds = serializers.IntegerField()
    level = serializers.IntegerField(help_text="1 to 4, for a heat map; days not listed are 0.")


class CalendarOutput(serializers.Serializer):
    """Days without a session are not listed."""

    days = CalendarDayOutput(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """``from`` is a word of Python, so it is named here."""
        return {
            "from": serializers.DateField(),
            "to": serializers.DateField(),
            **super().get_fields(),
        }
