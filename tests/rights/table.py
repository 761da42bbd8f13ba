"""Who may do what: each operation of the product, by the rule it falls under.

An operation that is not here fails the test, and so does one here that is no longer served.
"""

LEARNING = "/api/v1/sessions"
EXERCISES = "/api/exercises"
PRACTICE = "/api/v1/practice/sessions"
ONE = "<session_id>"


def both(method: str, *routes: str) -> set[str]:
    """Guided practice beside the portal, and by itself."""
    return {f"{method} {prefix}/{route}" for prefix in (LEARNING, PRACTICE) for route in routes}


#: Open to everybody.
OPEN = {
    "GET /",
    "GET /favicon.ico",
    "GET /health",
    "GET /ready",
    "GET /api/schema",
    "GET /api/docs",
    "GET /api/asyncapi.json",
    "POST /api/token",
    "POST /api/token/refresh",
    "POST /api/token/verify",
    "POST /api/token/revoke",
    "POST /api/register",
}

#: For whoever is signed in, about themselves alone.
PERSONAL = {
    f"POST {LEARNING}/start",
    f"POST {PRACTICE}/start",
    f"GET {LEARNING}/history",
    *both("GET", "current", "stats", "stats/explain", "calendar"),
    f"POST {EXERCISES}/session/start",
}

#: About one learning session, by its owner; staff look, and each look is recorded.
SESSION_READ = {f"GET {LEARNING}/{ONE}"}
SESSION_WRITE = {
    f"POST {LEARNING}/{ONE}/progress",
    f"POST {LEARNING}/{ONE}/complete",
    f"POST {LEARNING}/{ONE}/cancel",
    f"POST {LEARNING}/{ONE}/resume",
    f"POST {EXERCISES}/submit",
    f"POST {EXERCISES}/session/end",
}

#: The same in guided practice, which tells somebody else that there is such a session.
PRACTICE_WRITE = {
    *both("POST", "complete", f"{ONE}/resume", f"{ONE}/poses", f"{ONE}/share"),
    *both("PUT", f"{ONE}/pause", f"{ONE}/resume"),
    *both("PATCH", ONE),
    *both("GET", f"{ONE}/notes"),
    *both("DELETE", f"{ONE}/share"),
} - SESSION_WRITE
#: Whoever holds the link reads what was shared.
SHARED = both("GET", "shared/<token>")

#: Each answer in it is let in or turned away by itself.
SESSION_BATCH = {f"POST {LEARNING}/{ONE}/progress/batch"}

#: About one therapist session.
METRICS_READ = {
    "GET /api/session/sessions/<session_id>",
    "GET /api/session/progress",
    "GET /api/session/snapshots",
    "GET /api/session/skills",
    "GET /api/session/analytics",
    "GET /api/session/comparison",
}
METRICS_WRITE = {
    "PATCH /api/session/sessions/<session_id>",
    "POST /api/session/progress",
    "POST /api/session/snapshots",
    "POST /api/session/skills",
    "POST /api/session/analytics",
    "POST /api/session/comparison",
}
TEXT_READ = {"GET /api/evaluation"}
EVALUATE = {"POST /api/evaluation"}
EVALUATION_READ = {"GET /api/evaluation/<evaluation_id>"}
EVALUATION_WRITE = {"PATCH /api/evaluation/<evaluation_id>"}
#: The therapist surface, without one session in the request.
TRAINING_LIST = {"GET /api/session/sessions"}
TRAINING_START = {"POST /api/session/sessions"}
AUDIT = {"GET /api/session/audit"}

#: About the anonymous session whose cookie the browser sends.
COOKIE = {
    "GET /api/session/info",
    "POST /api/session/usage",
    "POST /api/session/rotate",
    "POST /api/session/transfer",
    "GET /api/session/concepts",
    "POST /api/session/concepts",
    "DELETE /api/session/concepts/<concept_id>",
    "GET /api/session/preferences",
    "PUT /api/session/preferences",
    "PATCH /api/session/preferences",
}
#: Gives a browser a session: a new one, or the one whose id or code it holds.
COOKIE_GIVEN = {
    "POST /api/session",
    "POST /api/session/sync",
    "POST /api/session/transfer/redeem",
}
COOKIE_AND_ACCOUNT = {"POST /api/session/adopt", "POST /api/session/adopt/undo"}

RULES: dict[str, set[str]] = {name: rule for name, rule in globals().items() if type(rule) is set}

#: The same views under a second address, as the documents write it.
ALIASES = {"/v1/sessions": LEARNING, "/exercises": EXERCISES}


def declared() -> set[str]:
    return with_aliases(set().union(*RULES.values()))


def with_aliases(operations: set[str]) -> set[str]:
    for alias, address in ALIASES.items():
        operations = operations | {
            o.replace(f" {address}", f" {alias}") for o in operations if address in o
        }
    return operations
