"""A learner's session: its state, its counters, its time ledger, what it set out to practise."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..public_id import encode
from .activity import Activity, Difficulty
from .counts import CountField, never_negative
from .revision import Revised


class Dialect(models.TextChoices):
    """The surface through which a session was begun."""

    PORTAL = "portal"
    EXERCISES = "exercises"
    PRACTICE = "practice"


class Status(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Completion(models.TextChoices):
    """How much of the session was done, said when it ends."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    ABANDONED = "abandoned"


class SessionType(models.TextChoices):
    PRACTICE = "practice"
    REVIEW = "review"
    TEST = "test"


OPEN = (Status.ACTIVE, Status.PAUSED)


class Session(Revised):
    """One session. Only ``lifecycle`` assigns ``status`` and the counters.

    Counters are running totals kept under the row lock; ``manage.py verify_stats`` recounts them.
    ``active_ms`` is the time practised and ``elapsed_ms`` the time on the clock of the time limit,
    both up to ``running_since``; pauses are in neither. They differ where the learner was away for
    longer than ``SESSIONS_IDLE_SECONDS``, which the clock counts in full.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="learning_sessions",
        db_index=False,
    )
    guest = models.UUIDField(
        null=True, blank=True, editable=False, help_text="Owner without an account."
    )
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it came to its owner from a visitor without account."
    )
    dialect = models.CharField(max_length=10, choices=Dialect.choices)
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    session_type = models.CharField(
        max_length=10, choices=SessionType.choices, default=SessionType.PRACTICE
    )
    standalone = models.BooleanField(
        default=False, help_text="One answer sent without a session; bends no streak or average."
    )

    difficulty = models.CharField(
        max_length=6, choices=Difficulty.choices, default=Difficulty.MEDIUM
    )
    time_limit = CountField(null=True, blank=True, help_text="Seconds.")
    seed = models.BigIntegerField(default=0, editable=False)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    completion = models.CharField(max_length=10, choices=Completion.choices, blank=True)

    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    running_since = models.DateTimeField(null=True, blank=True)
    active_ms = models.BigIntegerField(default=0)
    elapsed_ms = models.BigIntegerField(default=0, db_default=0)
    deadline_at = models.DateTimeField(null=True, blank=True)
    claimed_seconds = CountField(
        null=True, blank=True, help_text="Duration as the client tells it."
    )
    zone = models.CharField(max_length=64, default="UTC", help_text="IANA zone at the start.")
    local_day = models.DateField(help_text="Calendar day of the start, in the zone.")

    item_count = CountField(default=0, help_text="Items planned.")
    answered_count = CountField(default=0, help_text="Distinct items answered.")
    attempt_count = CountField(default=0)
    correct_count = CountField(default=0, help_text="Correct attempts.")
    current_streak = CountField(default=0)
    best_streak = CountField(default=0)
    response_ms = models.BigIntegerField(default=0, help_text="Sum over the attempts.")
    poses_completed = CountField(null=True, blank=True)
    mastered_count = CountField(
        default=0, help_text="Items never missed; counted when the session ends."
    )
    last_seq = CountField(
        default=0, help_text="Id of the newest event; attempts and transitions share the count."
    )
    answered_mask = models.BinaryField(
        default=bytes, help_text="Bit n: the item at plan position n has been answered."
    )

    # A verb that has just ended this instance leaves here how its items went and which achievements
    # it won (``lifecycle.end.Ending``), so that whoever shows the end need not read them again.
    ending: Any = None

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="session_has_one_owner",
                condition=Q(user__isnull=False, guest__isnull=True)
                | Q(user__isnull=True, guest__isnull=False),
            ),
            never_negative(
                "session_counts",
                "item_count",
                "answered_count",
                "attempt_count",
                "correct_count",
                "current_streak",
                "best_streak",
                "mastered_count",
                "last_seq",
                empty=("time_limit", "claimed_seconds", "poses_completed"),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-started_at", "-id"], name="session_of_user"),
            # The admin's list. Answers change neither column, so they pay nothing for it.
            models.Index(fields=["-started_at", "-id"], name="session_newest"),
            models.Index(
                fields=["guest"], name="session_of_guest", condition=Q(guest__isnull=False)
            ),
            models.Index(
                fields=["user", "claimed_at"],
                name="session_claimed",
                condition=Q(claimed_at__isnull=False),
            ),
            models.Index(
                fields=["deadline_at"], name="session_deadline", condition=Q(status="active")
            ),
            models.Index(
                fields=["user", "-id"],
                name="session_open",
                condition=Q(status__in=["active", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.status})"

    @property
    def public_id(self) -> str:
        """The opaque id the portal dialect shows: letters only, so it never reads as a number."""
        return encode(self.pk)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class Plan(models.Model):
    """The items a session set out to practise, in order. Written once, at the start."""

    session = models.OneToOneField(
        Session, primary_key=True, on_delete=models.CASCADE, related_name="plan"
    )
    item_ids = models.JSONField()

    def __str__(self) -> str:
        return f"{len(self.item_ids)} items"


class Transition(models.Model):
    """A change of state, under the id of its event: the ledger of pauses and ends."""

    pk = models.CompositePrimaryKey("session_id", "seq")
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="transitions", db_index=False
    )
    seq = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    at = models.DateTimeField()
    active_ms = models.BigIntegerField(help_text="Active time up to then.")

    class Meta:
        ordering = ["session_id", "seq"]

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%Y-%m-%d %H:%M:%S}"
