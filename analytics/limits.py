"""The limits of the therapist surface, and of the audit records for refusals."""

from sessions_core.rest import limits

#: Requests of a signed-in user, including the opening of sockets.
SCOPE = "therapist_training"
limits.declare(SCOPE, [(100, 60), (1000, 3600)], "Too many requests")

#: Refusals that get a row each: by address (by user if over a limit), and in total.
REFUSALS = "therapist_refusals_recorded"
ALL_REFUSALS = "therapist_refusals_recorded_in_all"
limits.declare(REFUSALS, [(600, 60), (3000, 3600)], "")
limits.declare(ALL_REFUSALS, [(3000, 60), (20_000, 3600)], "")
