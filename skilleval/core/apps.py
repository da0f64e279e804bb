"""Core's application: technical tables and mechanisms that know no word of the field."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the checks that compare what is stored with how the portal is configured."""

    name = "skilleval.core"
    label = "core"
    verbose_name = "技术基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from skilleval.core import checks, orphans, startup  # noqa: F401 - orphans registers what is due

        checks.register()
        startup.register()
