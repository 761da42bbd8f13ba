"""What is practised: activities and the items in them."""

from django.db import models


class Difficulty(models.TextChoices):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class ActivityType(models.TextChoices):
    FLASHCARDS = "flashcards"
    CONJUGATION = "conjugation"
    SEQUENCE = "sequence", "guided sequence"


class ItemType(models.TextChoices):
    TRANSLATION = "translation"
    CONJUGATION = "conjugation"
    POSE = "pose"


class Activity(models.Model):
    """A set of items practised together: a word list, a set of exercises, a guided sequence."""

    key = models.SlugField(
        max_length=100, unique=True, help_text="Stable name by which an import finds it again."
    )
    name = models.CharField(max_length=120)
    type = models.CharField(
        max_length=20, choices=ActivityType.choices, default=ActivityType.FLASHCARDS
    )
    description = models.CharField(max_length=500, blank=True)
    source_language = models.CharField(max_length=35, blank=True, help_text="BCP 47, e.g. en")
    target_language = models.CharField(max_length=35, blank=True, help_text="BCP 47, e.g. es")
    forgive_typos = models.BooleanField(
        default=False,
        help_text="Count a near miss as correct, unless the typo is another word or form.",
    )
    is_active = models.BooleanField(default=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One thing to answer or do: a word to translate, an exercise, a pose.

    Items are retired (``is_active``), not deleted: attempts refer to them.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=200, help_text="Stable name within the activity.")
    position = models.PositiveIntegerField()
    type = models.CharField(max_length=20, choices=ItemType.choices, default=ItemType.TRANSLATION)
    prompt = models.CharField(max_length=500, help_text="What the learner is shown.")
    answer = models.CharField(max_length=500, blank=True)
    alternatives = models.JSONField(default=list, blank=True, help_text="Other accepted answers.")
    explanation = models.CharField(max_length=1000, blank=True)
    tags = models.JSONField(default=list, blank=True)
    difficulty = models.CharField(
        max_length=6, choices=Difficulty.choices, default=Difficulty.MEDIUM
    )
    duration_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="How long a pose is held."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["activity_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "key"], name="item_key_in_activity"),
        ]
        indexes = [
            models.Index(fields=["activity", "position"], name="item_by_position"),
            models.Index(
                fields=["activity", "difficulty", "position"],
                name="item_to_introduce",
                condition=models.Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return self.prompt


class KnownForm(models.Model):
    """A normalised word or form that some item accepts.

    The judge asks here whether a near miss is itself a word ("ano" for "año"), which is never
    forgiven. Derived from the items, and rebuilt by ``catalogue.index_forms``.
    """

    form = models.CharField(max_length=500, primary_key=True)

    def __str__(self) -> str:
        return self.form
