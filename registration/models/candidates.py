"""A person, one in the whole portal whatever the channel, and the background eligibility is judged by."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from registration.enums import (
    IDENTITY_CHOICES,
    ClassKind,
    SchoolKind,
    StudyStatus,
    TitleGrade,
)
from skilleval.accounts.models import User
from skilleval.catalogue.enums import Level, Schooling
from skilleval.core.crypto import blind_index
from skilleval.core.fields import BlindIndexField, EncryptedTextField
from skilleval.core.identity import IdentityType, Sex, mask, mask_phone
from skilleval.core.models import StoredFile


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: Any) -> CandidateQuerySet:
        """A candidate sees only their own record."""
        return self.filter(user_id=user.pk)

    def with_number(self, number: str) -> CandidateQuerySet:
        """The person who holds a (normalised) document number; at most one."""
        return self.filter(id_index=blind_index(number))


class Candidate(models.Model):
    """参评人员. The number is encrypted; its blind index makes a person unique across accounts and rosters."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name="账号", null=True, blank=True)
    name = models.CharField("姓名", max_length=60)
    id_type = models.CharField("证件类型", max_length=16, choices=IDENTITY_CHOICES, default=IdentityType.RESIDENT.value)
    id_cipher = EncryptedTextField("证件号码")
    id_index = BlindIndexField(source="id_cipher", unique=True)
    sex = models.CharField("性别", max_length=6, choices=[(sex.value, sex.value) for sex in Sex])
    born = models.DateField("出生日期")
    phone_cipher = EncryptedTextField("手机号码")
    schooling = models.CharField("文化程度", max_length=20, choices=Schooling, blank=True)
    employer = models.CharField("工作单位", max_length=100, blank=True)
    photo = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="证件照", null=True, blank=True
    )
    intends_to_work = models.BooleanField("拟从事相关职业", default=True)
    created_at = models.DateTimeField("建档时间", auto_now_add=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参评人员"

    def __str__(self) -> str:
        return self.name

    @property
    def id_number(self) -> str:
        """The whole document number. Reading it for a person to see is an audit event."""
        return str(self.id_cipher)

    @id_number.setter
    def id_number(self, value: str) -> None:
        self.id_cipher = value

    @property
    def masked_id(self) -> str:
        return mask(self.id_cipher)

    @property
    def phone(self) -> str:
        return str(self.phone_cipher)

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_cipher = value

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone_cipher)


class _Background(models.Model):
    """A row of a candidate's background."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="%(class)s_rows", verbose_name="参评人员")

    class Meta:
        abstract = True


class Education(_Background):
    school_name = models.CharField("毕业院校", max_length=80)
    school = models.CharField("学校类别", max_length=24, choices=SchoolKind)
    class_kind = models.CharField("班级类别", max_length=24, choices=ClassKind, blank=True)
    major = models.CharField("专业", max_length=60)
    status = models.CharField("毕业状态", max_length=10, choices=StudyStatus)
    graduated_on = models.DateField("毕业日期", null=True, blank=True)
    validated_programme = models.BooleanField("经评估论证", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "教育经历"

    def __str__(self) -> str:
        return f"{self.school_name} {self.major}"


class WorkPeriod(_Background):
    employer = models.CharField("单位", max_length=100)
    position = models.CharField("岗位", max_length=60, blank=True)
    code = models.CharField("职业编码", max_length=10)
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作经历"
        ordering = ["started_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="work_order",
                violation_error_message="工作结束日期不得早于开始日期",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employer} {self.started_on}"


class HeldCertificate(_Background):
    """A level certificate (or an old 职业资格 of that level) somebody holds, entered or recorded by the portal."""

    code = models.CharField("职业编码", max_length=10)
    level = models.CharField("等级", max_length=8, choices=Level)
    number = models.CharField("证书编号", max_length=30, blank=True)
    issued_on = models.DateField("发证日期")
    issuer = models.CharField("发证机构", max_length=100, blank=True)
    recorded = models.BooleanField(
        "平台登记", default=False, editable=False
    )  # by the portal: not the person's to change
    ended_on = models.DateField("作废日期", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "持有证书"
        ordering = ["issued_on"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(recorded=True), name="held_recorded_once"),
            models.CheckConstraint(condition=Q(recorded=True) | Q(ended_on=None), name="held_ended_facts"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_level_display()}"

    @property
    def counts(self) -> bool:
        """A void certificate proves nothing, whenever it was issued."""
        return self.ended_on is None


class ProfessionalTitle(_Background):
    name = models.CharField("职称名称", max_length=60)
    grade = models.CharField("职称等级", max_length=14, choices=TitleGrade)
    obtained_on = models.DateField("取得日期")
    qualification = models.BooleanField("专业技术人员职业资格", default=False)  # counts but for E-1.2

    class Meta:
        verbose_name = verbose_name_plural = "职称"
        ordering = ["obtained_on"]

    def __str__(self) -> str:
        return f"{self.get_grade_display()} {self.name}"
