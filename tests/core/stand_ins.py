"""Small models with a state, a secret and an owner, in an app that isn't installed."""

import uuid

from django.db import models

from skilleval.core.fields import BlindIndexField, EncryptedTextField
from skilleval.core.transitions import TransitionLog


class Owner(models.Model):
    """What roles are held in."""

    name = models.CharField(max_length=20)

    class Meta:
        app_label = "core_stand_ins"

    def __str__(self) -> str:
        return self.name


class Parcel(models.Model):
    """Something with a state, a secret and an owner."""

    class State(models.TextChoices):
        PACKED = "packed", "已打包"
        SENT = "sent", "已寄出"
        ARRIVED = "arrived", "已送达"

    MOVES = {State.PACKED: frozenset({State.SENT}), State.SENT: frozenset({State.ARRIVED})}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    owner = models.ForeignKey(Owner, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PACKED)
    note = models.CharField(max_length=50, default="")
    weight = models.IntegerField(default=0)
    secret = EncryptedTextField(blank=True)
    other_secret = EncryptedTextField(null=True)
    secret_index = BlindIndexField(source="secret", unique=True)

    class Meta:
        app_label = "core_stand_ins"

    def __str__(self) -> str:
        return f"包裹 {self.pk}"


class ParcelLog(TransitionLog):
    """How a parcel's state changed."""

    subject = models.ForeignKey(Parcel, models.CASCADE, related_name="log")

    class Meta(TransitionLog.Meta):
        app_label = "core_stand_ins"


Parcel.LOG = ParcelLog

TABLES = (Owner, Parcel, ParcelLog)
