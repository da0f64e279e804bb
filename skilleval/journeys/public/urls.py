"""Addresses of the public site."""

from django.urls import URLPattern, path

from skilleval.journeys.public import self_check, views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("providers/", views.provider_list, name="provider_list"),
    path("providers/<str:filing_number>/", views.provider_detail, name="provider_detail"),
    path("occupations/", views.occupation_list, name="occupation_list"),
    path("occupations/<str:code>/", views.occupation_detail, name="occupation_detail"),
    path("offerings/<int:pk>/", views.offering_detail, name="offering_detail"),
    path("check/", self_check.self_check, name="self_check"),
]
