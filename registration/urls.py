"""Addresses of the profile."""

from django.urls import URLPattern, path

from registration import claim_views, views

urlpatterns: list[URLPattern] = [
    path("profile/", views.profile, name="profile"),
    path("profile/identity/", views.profile_identity, name="profile_identity"),
    path("profile/claim/", claim_views.claim, name="profile_claim"),
    path("profile/claim/document/", claim_views.by_document, name="profile_claim_document"),
    path("profile/photo/", views.profile_photo, name="profile_photo"),
    path("profile/<slug:kind>/add/", views.profile_row_add, name="profile_row_add"),
    path("profile/<slug:kind>/<int:pk>/", views.profile_row_change, name="profile_row_change"),
    path("profile/<slug:kind>/<int:pk>/remove/", views.profile_row_remove, name="profile_row_remove"),
    path("photos/<uuid:uuid>/", views.photo_file, name="photo_file"),
]
