"""Logging in, against the bare argon2id verification of the same password."""

from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from skilleval.accounts.models import User
from tests.bench.measure import compare

PASSWORD = "a-long-measured-password"
LOGINS = 20


def login() -> None:
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email="bench@example.com", password=PASSWORD, name="测量")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    client = Client()

    def ours() -> None:
        for _ in range(LOGINS):
            cache.clear()
            client.cookies.clear()
            answer = client.post(reverse("account_login"), {"login": "bench@example.com", "password": PASSWORD})
            assert answer.status_code == 302, answer.status_code

    def bare() -> None:
        for _ in range(LOGINS):
            assert check_password(PASSWORD, user.password)

    compare("login", n=LOGINS, ours=ours, peer=bare, vs="bare argon2id")
    User.objects.bulk_create(User(email=f"bench{number}@example.com") for number in range(10_000))
    compare("login_x10", n=LOGINS, ours=ours, peer=bare, vs="bare argon2id")
