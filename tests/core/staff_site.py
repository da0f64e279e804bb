"""The admin of the stand-ins, beside the portal's other addresses: parcels belong to owners, owners to themselves."""

from django.contrib import admin
from django.urls import path

from skilleval import urls as portal
from skilleval.accounts.models import User
from skilleval.core import scoping
from skilleval.core.admin import ScopedInline, ScopedModelAdmin, confirm_action, scoped_action
from skilleval.core.errors import Refused
from tests.core.stand_ins import Owner, Parcel, ParcelLog


class Staff(User):
    """An account whose roles a test sets."""

    roles_by_scope: dict
    scopes: tuple = ()
    is_staff = True

    class Meta:
        proxy = True
        app_label = "core_stand_ins"

    def roles_in(self, scope):
        return self.roles_by_scope.get(scope, frozenset())


def weigh(parcel, reason):
    if parcel.weight:
        raise Refused("已称重")
    Parcel.objects.filter(pk=parcel.pk).update(weight=1, note=reason)


@scoped_action("parcel.weigh", description="称重")
def weigh_parcels(modeladmin, request, queryset):
    return confirm_action(
        modeladmin, request, queryset, title="称重", consequences=["重量记为 1"], perform=weigh, asks_reason=True
    )


class LogInline(ScopedInline, admin.TabularInline):
    model = ParcelLog
    view_action = "parcel.view"


class OwnerAdmin(ScopedModelAdmin):
    scope = scoping.SELF
    view_action = "parcel.view"
    search_fields = ("name",)


class ParcelAdmin(ScopedModelAdmin):
    scope = "owner"
    view_action = "parcel.view"
    add_action = "parcel.change"
    change_action = "parcel.change"
    fields = ("owner", "note", "weight")
    list_filter = ("owner", "state")
    inlines = (LogInline,)
    actions = (weigh_parcels,)


class UnclaimedAdmin(ScopedModelAdmin):
    """Somebody forgot to say who may see these."""


class StandInSite(admin.AdminSite):
    """Lists no apps: the stand-ins' isn't installed."""

    def get_app_list(self, request, app_label=None):
        return []


site = StandInSite(name="admin")
site.register(Owner, OwnerAdmin)
site.register(Parcel, ParcelAdmin)
site.register(ParcelLog, UnclaimedAdmin)

urlpatterns = [
    *[pattern for pattern in portal.urlpatterns if getattr(pattern, "app_name", None) != "admin"],
    path("admin/", site.urls),
]
