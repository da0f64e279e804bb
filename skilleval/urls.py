"""Every address of the portal. `tests/test_permissions.py` fails on one it doesn't know."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from skilleval.core.receipts import sms_receipt
from skilleval.journeys import errors

admin.autodiscover()
admin.site.unregister([EmailAddress, Authenticator, Group])  # of other packages, and not scoped
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "技能评价申报平台 · 机构管理"
admin.site.site_title = "机构管理"
admin.site.index_title = "今日"

urlpatterns = [
    path("", include("skilleval.journeys.public.urls")),
    path("", include("skilleval.journeys.applying.urls")),
    path("", include("skilleval.journeys.groups.urls")),
    path("", include("skilleval.journeys.takeover.urls")),
    path("", include("registration.urls")),
    path("", include("fees.urls")),
    path("", include("scheduling.urls")),
    path("", include("certificates.urls")),
    path("", include("discipline.urls")),
    path("gateway/receipts/", sms_receipt, name="sms_receipt"),
    path("demo/", include("skilleval.journeys.demo.urls")),
    path("accounts/", include("skilleval.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/r/<path:anything>", errors.nothing_here),  # the admin's short-cut asks nobody's roles
    path("admin/", admin.site.urls),
]

handler400 = "skilleval.journeys.errors.bad_request"
handler403 = "skilleval.journeys.errors.forbidden"
handler404 = "skilleval.journeys.errors.not_found"
handler500 = "skilleval.journeys.errors.server_error"
