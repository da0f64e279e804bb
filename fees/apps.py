"""The app's registration with Django."""

from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "fees"
    label = "fees"
    verbose_name = "收费"

    def ready(self) -> None:
        """Register what falls due, what runs in the background, and who may do what."""
        from fees import due, jobs, policy  # noqa: F401
