"""The portal's responses as the API documents describe them. ``render`` makes the data."""

from rest_framework import serializers


class ItemOutput(serializers.Serializer):
    item_id = serializers.CharField()
    word = serializers.CharField()
    type = serializers.CharField()
    duration_seconds = serializers.IntegerField(required=False)


class SettingsOutput(serializers.Serializer):
    difficulty = serializers.CharField()
    word_count = serializers.IntegerField(help_text="Never above what the activity holds.")
    time_limit = serializers.IntegerField(allow_null=True, help_text="Seconds.")


class StartedOutput(serializers.Serializer):
    session_id = serializers.CharField()
    start_time = serializers.DateTimeField()
    settings = SettingsOutput()
    first_item = ItemOutput()


class ProgressOutput(serializers.Serializer):
    completed = serializers.IntegerField(help_text="Distinct items answered.")
    remaining = serializers.IntegerField()
    success_rate = serializers.FloatField(help_text="Correct attempts / attempts, 0 to 1.")


class VerdictOutput(serializers.Serializer):
    correct = serializers.BooleanField()
    correct_answer = serializers.CharField()
    progress = ProgressOutput()
    next_item = ItemOutput(allow_null=True, help_text="null when all are answered.")
    close = serializers.BooleanField(required=False, help_text="A near miss.")
    difference = serializers.CharField(required=False, help_text="What a near miss has wrong.")


class BatchResultOutput(VerdictOutput):
    status = serializers.IntegerField(help_text="The status this answer would have had alone.")
    error = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    details = serializers.DictField(required=False)


class BatchOutput(serializers.Serializer):
    results = BatchResultOutput(many=True)


class StreaksOutput(serializers.Serializer):
    current = serializers.IntegerField()
    best = serializers.IntegerField()


class SummaryFiguresOutput(serializers.Serializer):
    duration = serializers.IntegerField(help_text="Seconds of active time.")
    words_practiced = serializers.IntegerField()
    correct_answers = serializers.IntegerField()
    success_rate = serializers.FloatField()
    streaks = StreaksOutput()


class AchievementOutput(serializers.Serializer):
    type = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()


class NextStepOutput(serializers.Serializer):
    type = serializers.CharField()
    description = serializers.CharField()
    word_ids = serializers.ListField(child=serializers.CharField())


class SummaryOutput(serializers.Serializer):
    session_summary = SummaryFiguresOutput()
    achievements = AchievementOutput(many=True)
    next_steps = NextStepOutput(many=True)


class CancelledOutput(serializers.Serializer):
    session_id = serializers.CharField()
    status = serializers.CharField()
    end_time = serializers.DateTimeField()
    duration = serializers.IntegerField()


class TimeOutput(serializers.Serializer):
    elapsed = serializers.IntegerField()
    remaining = serializers.IntegerField(allow_null=True)


class StateOutput(serializers.Serializer):
    session_id = serializers.CharField()
    status = serializers.CharField()
    settings = SettingsOutput()
    progress = ProgressOutput()
    time = TimeOutput()
    next_item = ItemOutput(allow_null=True)


class ActivityNameOutput(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ActivityOutput(ActivityNameOutput):
    type = serializers.CharField()


class HistoryEntryOutput(serializers.Serializer):
    id = serializers.CharField()
    activity = ActivityNameOutput(allow_null=True)
    status = serializers.CharField()
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField(allow_null=True)
    success_rate = serializers.FloatField()
    words_practiced = serializers.IntegerField()


class HistoryOutput(serializers.Serializer):
    total = serializers.IntegerField()
    sessions = HistoryEntryOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TimingOutput(serializers.Serializer):
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField(allow_null=True)
    duration = serializers.IntegerField()


class PerformanceOutput(serializers.Serializer):
    words_practiced = serializers.IntegerField()
    correct_answers = serializers.IntegerField()
    incorrect_answers = serializers.IntegerField()
    success_rate = serializers.FloatField()
    average_response_time = serializers.FloatField(help_text="Seconds.")


class WordOutput(serializers.Serializer):
    item_id = serializers.CharField()
    word = serializers.CharField()
    translation = serializers.CharField()
    attempts = serializers.IntegerField()
    success_rate = serializers.FloatField()


class WordsOutput(serializers.Serializer):
    mastered_words = WordOutput(many=True)
    needs_practice = WordOutput(many=True)


class DetailsOutput(serializers.Serializer):
    session_id = serializers.CharField()
    status = serializers.CharField()
    activity = ActivityOutput(allow_null=True)
    timing = TimingOutput()
    performance = PerformanceOutput()
    progress = WordsOutput()
