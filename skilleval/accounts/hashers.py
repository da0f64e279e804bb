"""The password hasher: argon2id as measured (about 60 log-ins a second a core)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes, one lane: OWASP's minimum, so that a rush of log-ins stays possible."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
