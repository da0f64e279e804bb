"""Addresses of results and certificates."""

from django.urls import URLPattern, path

from certificates import checking, views

urlpatterns: list[URLPattern] = [
    path("certificates/", checking.certificate_check, name="certificate_check"),
    path("certificates/<uuid:uuid>/", views.certificate_page, name="certificate_page"),
    path("certificates/<uuid:uuid>/pdf/", views.certificate_pdf, name="certificate_pdf"),
]
