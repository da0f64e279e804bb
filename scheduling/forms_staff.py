"""What staff fill in about exam staff: who there is, and who is on duty in a sitting."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from scheduling.enums import DutyRole
from scheduling.models import ExamStaff


class ExamStaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody the provider calls on; at least one role."""

    roles = forms.MultipleChoiceField(
        label="可担任",
        choices=DutyRole.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一项可担任的职责"},
    )

    class Meta:
        model = ExamStaff
        fields = ("provider", "name", "unit", "roles", "occupations", "active")
        widgets: ClassVar[Any] = {"occupations": forms.CheckboxSelectMultiple}

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class DutyForm(forms.Form):
    """Who takes which role in a sitting, out of those who may."""

    staff = forms.ModelChoiceField(
        ExamStaff.objects.none(),
        error_messages={"required": "请选择考务人员", "invalid_choice": "只能选择本机构的考务人员，请刷新后重选"},
    )
    role = forms.ChoiceField(
        choices=DutyRole.choices, error_messages={"required": "请选择职责", "invalid_choice": "请选择职责"}
    )

    def __init__(self, *args: Any, provider: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["staff"]
        field.queryset = ExamStaff.objects.filter(provider=provider)
