"""Addresses of results and certificates."""

from django.urls import URLPattern, path

from certificates import checking

urlpatterns: list[URLPattern] = [
    path("certificates/", checking.certificate_check, name="certificate_check"),
]
