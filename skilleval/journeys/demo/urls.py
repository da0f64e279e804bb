"""The demonstration's own addresses; outside the demonstration they answer 404."""

from django.urls import path

from skilleval.journeys.demo import views

urlpatterns = [
    path("mailbox/", views.mailbox, name="demo_mailbox"),
    path("bank/", views.bank_statement, name="demo_bank"),
    path("clock/", views.set_clock, name="demo_clock"),
]
