"""The app's registration with Django."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "skilleval.catalogue"
    label = "catalogue"
    verbose_name = "目录与公告"
