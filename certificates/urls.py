"""Addresses of results and certificates."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
