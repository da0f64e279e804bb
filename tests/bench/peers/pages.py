"""The least a Django page can be: eight middlewares, one indexed look-up, one small template."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from skilleval.catalogue.models import Provider

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = engines["django"].from_string("<!doctype html><title>{{ provider }}</title><h1>{{ provider }}</h1>")


def look_up(request: HttpRequest) -> HttpResponse:
    provider = Provider.objects.filter(filing_number="S000031400054").first()
    return HttpResponse(PAGE.render({"provider": provider}, request))


urlpatterns = [path("minimal/", look_up)]
