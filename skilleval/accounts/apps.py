"""The app's registration with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "skilleval.accounts"
    label = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        """Register who may do what."""
        from skilleval.accounts import policy  # noqa: F401
