"""The app's registration with Django."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "skilleval.journeys"
    label = "journeys"
    verbose_name = "办理"

    def ready(self) -> None:
        from skilleval.journeys import window_telling  # noqa: F401  (registers its handler)
        from skilleval.journeys.demo import due  # noqa: F401  (registers what is due)
        from skilleval.journeys.takeover import jobs  # noqa: F401  (registers its handlers)
