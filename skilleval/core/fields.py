"""Model fields for values that are stored sealed, and for finding rows by them."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from skilleval.core import crypto


class Sealed(bytes):
    """A value as the database holds it; opened when somebody reads the attribute of its row."""


class SealedAttribute(DeferredAttribute):
    """Opens the value on first access, because only then is the row's UUID certain to be known."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.unseal(value, instance.uuid)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field):  # type: ignore[type-arg]
    """Text sealed for one column of one row; the model needs a ``uuid`` field.

    Reads and assigns as ``str``. Empty text is stored as an empty value, None as NULL. ``values()`` gives the sealed
    bytes, and neither look-ups by value nor ``QuerySet.update`` are possible: they don't know the row. ``label`` names
    the column; it is part of what a value is bound to, so history tables and renamed tables keep the first one.
    """

    descriptor_class = SealedAttribute
    empty_strings_allowed = True
    description = "Encrypted text"

    def __init__(self, *args: Any, label: str | None = None, **kwargs: Any) -> None:
        self.label = label
        kwargs.setdefault("default", None if kwargs.get("null") else "")
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if self.label is None and not cls._meta.abstract:
            self.label = f"{cls._meta.db_table}.{name}"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.label is not None:
            kwargs["label"] = self.label
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def seal(self, text: str | None, row: UUID) -> bytes | None:
        """The bytes to store for a row; for writers that go round the model (COPY)."""
        if not text:
            return None if text is None else b""
        return crypto.encrypt(text, bound_to=f"{self.label}:{row}")

    def unseal(self, sealed: bytes, row: UUID) -> str:
        """The text of a row's stored bytes; raises crypto.Unreadable."""
        return crypto.decrypt(bytes(sealed), bound_to=f"{self.label}:{row}") if sealed else ""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) or hasattr(value, "resolve_expression"):
            return value
        sealed = self.seal(value, model_instance.uuid)
        return None if sealed is None else Sealed(sealed)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if value == "":
            value = Sealed()
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.label}: assign it on an instance and save; a query can't seal it")
        return connection.Database.Binary(value)

    def value_to_string(self, obj: models.Model) -> str:
        return self.value_from_object(obj) or ""

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(form_class=kwargs.pop("form_class", forms.CharField), **kwargs)


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """The keyed digest of another attribute of the row, renewed at each save; NULL while that is empty.

    ``source`` names the attribute, which has to hold the normalised value. Find rows with
    ``filter(<field>=crypto.blind_index(value))``.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs |= {"max_length": 32, "null": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "null", "editable"):
            kwargs.pop(implied, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        text = getattr(model_instance, self.source)
        value = crypto.blind_index(text) if text else None
        setattr(model_instance, self.attname, value)
        return value
