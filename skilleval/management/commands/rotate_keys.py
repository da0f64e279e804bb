"""Seal everything stored under the first key of FIELD_KEYS; afterwards the others can be taken out."""

from typing import Any

from django.core.management.base import BaseCommand

from skilleval.core import crypto, rotation


class Command(BaseCommand):
    """``rotate_keys``: put the new key first in FIELD_KEYS, restart the portal, run this, take the old key out."""

    help = "用 FIELD_KEYS 中的第一把密钥重新加密全部已加密字段"

    def handle(self, *args: Any, **options: Any) -> None:
        count = rotation.rotate()
        self.stdout.write(f"已用密钥 {crypto.key_ids()[0]} 重新加密 {count} 个值；现在可以移除其他密钥")
