"""langportal's settings: one file, read from the environment.

``DATABASE_URL`` and ``REDIS_URL`` unset mean the embedded default: SQLite, and cache and channel
layer inside the one process. A bad value stops the start with a sentence.
"""

import base64
import hashlib
import sys
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def _boolean(name: str, default: bool) -> bool:
    """``environ`` reads any unknown word as false; a typo must not switch a protection off."""
    text = env.str(name, default=str(default)).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}.")


def _url(name: str, schemes: set[str]) -> str:
    value = env.str(name, default="").strip()
    if value and value.partition(":")[0] not in schemes:
        raise ImproperlyConfigured(
            f"{name} must begin with one of {', '.join(sorted(schemes))}, followed by ://"
        )
    return value


DEBUG = _boolean("DEBUG", False)
DEMO = _boolean("DEMO", False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random string, or DEBUG=true on your machine."
        )
    SECRET_KEY = "debug-only-key-that-never-protects-anything-real-0123456789"
elif len(SECRET_KEY) < 32 and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY is too short: use at least 32 random characters.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

# --- Apps ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "langportal",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "servestatic",
    "channels",
    "sessions_core",
    "analytics",
    "evaluations",
    "anonymous_sessions",
]

MIDDLEWARE = [
    "langportal.proxies.TrustedScheme",
    "django.middleware.security.SecurityMiddleware",
    "langportal.static_files.StaticFiles",
    "langportal.content_security.PolicyByPath",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "langportal.urls"
ASGI_APPLICATION = "langportal.asgi.application"
WSGI_APPLICATION = "langportal.wsgi.application"
APPEND_SLASH = False  # every path answers with and without the slash

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------------

DATABASE_URL = (
    _url("DATABASE_URL", {"postgres", "postgresql", "sqlite"})
    or f"sqlite:///{VAR_DIR / 'langportal.sqlite3'}"
)
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Without these, concurrent writers on SQLite meet "database is locked".
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: with NORMAL, a power cut may take commits that were acknowledged.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _database["CONN_MAX_AGE"] = 0
    _given_options = _database.get("OPTIONS", {}).get("options", "")
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 10), "timeout": 1.5},
        "connect_timeout": 2,
        # Statements bound on the server (those of the verbs) keep their plan from the fifth use.
        "prepare_threshold": 5,
        # That plan does not depend on the values: Postgres would otherwise make a new one for a
        # lone answer, which takes longer than recording it.
        "options": f"{_given_options} -c plan_cache_mode=force_generic_plan",
        "application_name": "langportal",
    }

# --- Cache and channel layer --------------------------------------------------------------------

REDIS_URL = _url("REDIS_URL", {"redis", "rediss", "unix"})
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 0.5,
                "SOCKET_TIMEOUT": 0.5,
                "IGNORE_EXCEPTIONS": True,
                # redis-py's own three retries, each with a pause, would make a Redis that hangs
                # cost seconds. One, at once, is for a connection that a restart has cut.
                "CONNECTION_POOL_KWARGS": {
                    "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
                },
            },
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# Deployments that share a Redis each need a prefix of their own.
SESSIONS_LIVE_PREFIX = env("LIVE_PREFIX", default="sessions")

# --- Answers --------------------------------------------------------------------------------------

# The hot operations are taken in front of Django. Off: each by its view.
SESSIONS_FAST_PATH = _boolean("FAST_PATH", True)
# The fast path may pass these by: TrustedScheme and PolicyByPath have their say when it asks Django
# for the headers of a site, and the others concern pages and sign-ins alone.
SESSIONS_FAST_PATH_PASSES_BY = [
    "langportal.proxies.TrustedScheme",
    "langportal.static_files.StaticFiles",
    "langportal.content_security.PolicyByPath",
    "axes.middleware.AxesMiddleware",
]

# --- Sign-in ------------------------------------------------------------------------------------

PASSWORD_HASHERS = [
    # The SHA-256 variant: plain bcrypt refuses passwords over 72 bytes.
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", 60)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", 14)),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    "SIGNING_KEY": SECRET_KEY,
    "ALGORITHM": "HS256",
    "UPDATE_LAST_LOGIN": False,
}
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# The admin stays open while Redis is away; failures are still counted, in the database.
RATELIMIT_FAIL_OPEN = True
AXES_CLIENT_IP_CALLABLE = "sessions_core.rest.address.client_address"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # Only failures; the user's row has the last sign-in.
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"

# --- REST ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sessions_core.rest.authentication.BearerAuthentication",
        "sessions_core.rest.authentication.LoginSessionAuthentication",
        "anonymous_sessions.authentication.GuestAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["drf_orjson_renderer.renderers.ORJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sessions_core.rest.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "sessions_core.rest.schema.SurfaceSchema",
    "EXCEPTION_HANDLER": "sessions_core.rest.exceptions.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "langportal",
    "DESCRIPTION": (
        "Sessions for learning, practice and training products."
        " The live events of a session are described at [/api/asyncapi.json](/api/asyncapi.json)."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "PREPROCESSING_HOOKS": ["sessions_core.rest.schema.documented"],
    "SCHEMA_PATH_PREFIX": "/api(/v[0-9])?",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Learners without an account, by the cookie of their anonymous session.
ANONYMOUS_SESSIONS_GUEST_PATHS = (
    ["/api/v1/sessions/", "/v1/sessions/", "/ws/sessions/"]
    if _boolean("GUEST_LEARNERS", False)
    else []
)
SESSIONS_GUEST_SIGN_IN = "anonymous_sessions.sockets.CookieGuests"

# --- Free text about people, encrypted ------------------------------------------------------------

# "id:key,id:key", newest first, each key 32 random bytes in base64. Required outside DEBUG.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
if DEBUG and not FIELD_ENCRYPTION_KEYS:
    _debug_key = base64.b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()
    FIELD_ENCRYPTION_KEYS = [f"debug:{_debug_key}"]

# --- Protection ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
# Under /admin/ alone: unfold's alpine.js evaluates expressions, its widgets set inline styles.
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # from those alone: TrustedScheme

# --- Admin --------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "langportal",
    "SITE_HEADER": "langportal",
    "SITE_SYMBOL": "menu_book",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("langportal/mark.svg"),
        }
    ],
    "COLORS": {
        "primary": {
            "50": "#eefaf7",
            "100": "#d3f1ea",
            "200": "#a9e2d6",
            "300": "#74c9bb",
            "400": "#45ab9d",
            "500": "#238d81",
            "600": "#0c6f67",
            "700": "#0c5f58",
            "800": "#0f4b47",
            "900": "#113f3c",
            "950": "#042422",
        }
    },
}

# --- Language, time, files ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # A traceback each second while Redis is away; sessions_core.realtime says it once.
    "loggers": {
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # Django's own handler under DEBUG would say everything a second time.
        "django": {"handlers": []},
    },
}
