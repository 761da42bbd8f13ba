"""OpenAPI descriptions of sign-in and registration."""

from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import AuthenticationFailed

from sessions_core.surfaces.describe import Operation, describer

from . import serializers
from .errors import UsernameTaken

_ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.Vb1c…"
_REFRESH = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.9QxK…"
_PAIR = {"access": _ACCESS, "refresh": _REFRESH}
_BAD_TOKEN = AuthenticationFailed("Token is expired")
_CREDENTIALS = {"username": "learner", "password": "practise-out-loud"}

documented = describer(
    "account",
    "Sign-in",
    {
        "sign_in": Operation(
            "Sign in",
            serializers.PairSerializer,
            _PAIR,
            request=serializers.SignInSerializer,
            sent=_CREDENTIALS,
            errors=[AuthenticationFailed("No active account has these credentials")],
        ),
        "refresh": Operation(
            "Spend a refresh token for a new pair; it is good once",
            serializers.PairSerializer,
            _PAIR,
            request=serializers.RefreshSerializer,
            sent={"refresh": _REFRESH},
            errors=[_BAD_TOKEN],
        ),
        "verify": Operation(
            "Ask whether a token holds",
            OpenApiTypes.OBJECT,
            {},
            request=serializers.TokenSerializer,
            sent={"token": _ACCESS},
            errors=[_BAD_TOKEN],
        ),
        "revoke": Operation(
            "Sign out: end this token and all that came from the same sign-in",
            OpenApiTypes.OBJECT,
            {},
            request=serializers.RevokeSerializer,
            sent={"token": _REFRESH},
            errors=[_BAD_TOKEN],
        ),
        "register": Operation(
            "Register",
            serializers.AccountSerializer,
            {"id": 12, "username": "ana"},
            request=serializers.RegistrationSerializer,
            sent={"username": "ana", "password": "old brown shoes", "email": "ana@example.org"},
            status=201,
            errors=[UsernameTaken()],
        ),
    },
)
