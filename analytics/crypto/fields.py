"""Model fields whose column stores an envelope instead of the text.

The field decrypts on first access of the attribute, because the row's id is part of the associated
data. For the same reason the id must be known before the row is saved, as with a UUID default.
Queries cannot compare texts: ``values()`` returns envelopes, and ``filter()`` and ``update()``
raise ``TypeError`` for plain text.
"""

from base64 import b64encode
from typing import Any

import orjson
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from .envelope import EncryptedValue, associated_data, decrypt, encrypt


class _OpenedOnAccess(DeferredAttribute):
    field: Any

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, EncryptedValue):
            value = self.field.loads(decrypt(value, self.field.associated_data_of(instance)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        """Makes this a data descriptor, so that Python does not return the stored envelope."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):
    """A ``str`` or ``None``, encrypted. Reading raises ``DecryptionError`` if it was altered."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    descriptor_class = _OpenedOnAccess

    def dumps(self, value: Any) -> str:
        return str(value)

    def loads(self, text: str) -> Any:
        return text

    def associated_data_of(self, instance: models.Model) -> bytes:
        return associated_data(instance._meta.db_table, str(self.column), instance.pk)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, EncryptedValue):
            return value
        return encrypt(self.dumps(value), self.associated_data_of(model_instance))

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, EncryptedValue):
            return value.envelope
        raise TypeError(f"{self.name} is encrypted: save the row instead of querying by its text.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        envelope = value if prepared else self.get_prep_value(value)
        return super().get_db_prep_value(envelope, connection, prepared=True)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> EncryptedValue | None:
        return None if value is None else EncryptedValue(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """``dumpdata`` gets the envelope in base64, so a dump is a backup and exports no text."""
        value = self.pre_save(obj, add=False)
        return "" if value is None else b64encode(value.envelope).decode()


class EncryptedJSONField(EncryptedTextField):
    """Any JSON value, encrypted."""

    def dumps(self, value: Any) -> str:
        return orjson.dumps(value).decode()

    def loads(self, text: str) -> Any:
        return orjson.loads(text)
