"""The app's registration with Django."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "registration"
    label = "registration"
    verbose_name = "申报"

    def ready(self) -> None:
        """Register what falls due, what runs in the background, and who may do what."""
        from registration import due, jobs, policy  # noqa: F401
