"""`python -m tests.bench [NAME …]`: run all benches, or those named, in a database of their own."""

import importlib
import os
import sys

import django
from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

#: name → the module with a function of that name that prints its lines
BENCHES = {
    "batching_10000": "tests.bench.batching",
    "batching_100000": "tests.bench.batching",
    "batching_1000000": "tests.bench.batching",
    "roster_2000": "tests.bench.rosters",
    "roster_10000": "tests.bench.rosters",
    "roster_upload": "tests.bench.rosters",
    "page_home": "tests.bench.pages",
    "page_offering": "tests.bench.pages",
    "login": "tests.bench.login",
    "submit": "tests.bench.submitting",
    "rush": "tests.bench.submitting",
    "review_queue": "tests.bench.review_queue",
    "admin_sessions": "tests.bench.admin_sessions",
    "statement_5000": "tests.bench.statements",
    "check_page": "tests.bench.certificates",
    "certificates_10000": "tests.bench.certificates",
    "ticket_single": "tests.bench.tickets",
    "ticket_merged": "tests.bench.tickets",
    "ticket_full": "tests.bench.tickets",
}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        print(f"no bench named {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skilleval.settings")
    django.setup()
    from django.conf import settings

    runner = get_runner(settings)(verbosity=0, interactive=False)
    setup_test_environment()
    databases = runner.setup_databases()
    try:
        for name in names or BENCHES:
            getattr(importlib.import_module(BENCHES[name]), name)()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
