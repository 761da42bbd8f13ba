"""A project of its own that takes in anonymous_sessions and nothing else of this house."""

SECRET_KEY = "only-for-tests-" + "0123456789" * 4
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.projects.anonymous_only.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "anonymous_sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
STATIC_URL = "/static/"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "America/New_York"

ANONYMOUS_SESSIONS_COOKIE_NAME = "visitor"
ANONYMOUS_SESSIONS_QUOTAS = {
    "drawing": {"counter": "drawings", "limit": 2, "window": "rolling", "seconds": 60},
    "writing": {"counter": "texts", "limit": 2, "window": "fixed", "seconds": 86400},
    "concept_storage": {"counter": "concepts_stored", "limit": None},
}
