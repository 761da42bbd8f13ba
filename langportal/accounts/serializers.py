"""Serializers of sign-in and registration."""

from typing import Any

from confusable_homoglyphs import confusables
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import serializers

# Longer passwords add no security, and hashing them would cost processor time.
PASSWORD_MAX_LENGTH = 1024


def _password() -> serializers.CharField:
    return serializers.CharField(
        max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, style={"input_type": "password"}
    )


class SignInSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = _password()


class PairSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField()


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField()


class RevokeSerializer(serializers.Serializer):
    """Clients may send the token under any of these names."""

    token = serializers.CharField(required=False)
    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"token": "This field is required."}, "required")
        return attrs


class RegistrationSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = _password()
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)

    def validate_username(self, value: str) -> str:
        """Normalises the name (NFKC) and refuses look-alike letters of different scripts."""
        name = get_user_model().normalize_username(value)
        if len(name) > 150:
            raise serializers.ValidationError("This username is too long.", "max_length")
        UnicodeUsernameValidator()(name)
        if confusables.is_dangerous(name):
            raise serializers.ValidationError(
                "This username mixes letters that look alike.", "confusable"
            )
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        someone = get_user_model()(username=attrs["username"], email=attrs.get("email", ""))
        try:
            validate_password(attrs["password"], someone)
        except ModelValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs


class AccountSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
