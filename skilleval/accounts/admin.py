"""Accounts and roles in the admin (SPEC 12). Roles are given and taken by the services, never edited."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from skilleval.accounts import admin_institutions, admin_messages, admin_words  # noqa: F401 - registered with the others
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.members import check_grant, give_role, take_role
from skilleval.accounts.models import Membership, User
from skilleval.accounts.policy import ACCOUNTS_VIEW, MEMBERS_MANAGE, MEMBERS_VIEW
from skilleval.core.admin import ScopedModelAdmin, confirm_action, scoped_action
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor


@admin.register(User)
class UserAdmin(ScopedModelAdmin):
    """Who has an account; telephone numbers stay sealed."""

    view_action = ACCOUNTS_VIEW
    list_display = ("name", "email", "is_active", "date_joined")
    list_filter = ("is_active",)
    search_fields = ("name", "email")
    fields = ("name", "email", "phone_verified", "is_active", "date_joined")


class GiveRoleForm(forms.ModelForm):
    """Names the person by the e-mail they log in with, so that nobody has to see a list of accounts."""

    email = forms.EmailField(label="账号邮箱", help_text="对方登录本平台所用的电子邮箱；须已注册")
    actor: ClassVar[Actor]

    class Meta:
        model = Membership
        fields = ("role", "provider")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        person = User.objects.filter(email=cleaned.get("email", "").lower(), is_active=True).first()
        if "email" in cleaned and person is None:
            self.add_error("email", "没有使用这个邮箱的账号，请核对邮箱，或请对方先注册")
        if person and "role" in cleaned:
            self.instance.user = person
            try:
                check_grant(person, role=cleaned["role"], provider=cleaned.get("provider"), by=self.actor)
            except Refused as refusal:
                self.add_error(refusal.field, refusal.message)
        return cleaned


@scoped_action(MEMBERS_MANAGE, description="收回所选角色")
def take_roles(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    by = cast(Actor, request.user)
    return confirm_action(
        model_admin,
        request,
        queryset.select_related("user", "provider"),
        title="收回角色",
        consequences=["对方立即失去该角色的权限，账号和已办理的记录不变", "该机构全体负责人会收到通知"],
        perform=lambda row, reason: take_role(row, by=by),
    )


@admin.register(Membership)
class MembershipAdmin(ScopedModelAdmin):
    scope = "provider"
    view_action = MEMBERS_VIEW
    add_action = MEMBERS_MANAGE
    form = GiveRoleForm
    fields = ("email", "role", "provider")
    list_display = ("user", "role", "provider", "institution", "granted_by_label", "granted_at")
    list_filter = ("role", "provider")
    list_select_related = ("user", "provider", "institution")
    search_fields = ("user__name", "user__email")
    actions = (take_roles,)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.list_display if obj else self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **(kwargs | {"form": forms.ModelForm}))
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role" and not self._portal_wide(request):
            kwargs["choices"] = [(role.value, role.label) for role in PROVIDER_ROLES]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = give_role(obj.user, role=obj.role, provider=obj.provider, by=cast(Actor, request.user))
        obj.pk = made.pk

    def _portal_wide(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return Role.ADMINISTRATOR in user.roles
