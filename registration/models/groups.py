"""A group application (团体申报): rosters as they were entered, their reviews, and what was handed in (SPEC 5.2)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from registration.enums import STANDING_ROWS, HandingIn, IntakeState, RosterOrigin, RowState
from registration.models.windows import Window
from skilleval.accounts.models import Institution
from skilleval.catalogue.models import Offering
from skilleval.core.fields import EncryptedTextField
from skilleval.core.identity import mask, mask_phone
from skilleval.core.models import StoredFile

if TYPE_CHECKING:
    from registration.models.applications import Application


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: Any) -> GroupQuerySet:
        """Officers see their own institution's groups; provider staff what was handed in to their providers."""
        handed_in = Exists(Submission.objects.filter(group=OuterRef("pk"), people__gt=0))
        own = Q(institution_id__in=user.institution_ids)
        return self.filter(own | Q(handed_in, offering__provider_id__in=user.provider_ids))

    def with_names(self) -> GroupQuerySet:
        """Everything a list row prints, in one query."""
        return self.select_related("institution", "window", "offering__provider", "offering__work_type__occupation")


class Group(models.Model):
    """What one institution enters for one offering in one window; it grows until the window closes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("团体编号", max_length=20, unique=True)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="院校/培训机构")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+", verbose_name="评价项目")
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="申报批次")
    created_by_label = models.CharField("创建人", max_length=100)
    created_at = models.DateTimeField("创建时间")

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "团体申报"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "offering", "window"], name="group_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Roster(models.Model):
    """名册: an uploaded file, or the sheet of people entered by hand (one a group). Its rows outlive its faults."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="rosters", verbose_name="团体申报")
    origin = models.CharField("来源", max_length=4, choices=RosterOrigin, default=RosterOrigin.FILE)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    name = models.CharField("文件名", max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)  # of the bytes as uploaded: seen before?
    state = models.CharField("状态", max_length=8, choices=IntakeState, default=IntakeState.WAITING)
    refusal = models.TextField("未能读取的原因", blank=True)
    ignored = ArrayField(models.CharField(max_length=100), verbose_name="未采用的列", default=list, blank=True)
    renewed = models.PositiveIntegerField("更新的行数", default=0)  # earlier rows, by a returned workbook's 行标识
    report = models.JSONField("未采用的行", default=list)  # [{"row": number in the file, "message": …}]
    uploaded_by_id = models.BigIntegerField("上传人编号", null=True)
    uploaded_by_label = models.CharField("上传人", max_length=100)
    uploaded_at = models.DateTimeField("上传时间")
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名册"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "sha256"],
                condition=~Q(sha256="") & ~Q(state=IntakeState.REFUSED),
                name="roster_file_once",
                violation_error_message="这份文件已经上传过，没有重复登记",
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(origin=RosterOrigin.HAND), name="roster_by_hand_once"
            ),
            models.CheckConstraint(
                condition=~Q(origin=RosterOrigin.HAND) | Q(file=None, sha256=""), name="roster_by_hand_facts"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_origin_display())


class PhotoPack(models.Model):
    """A zip of photos for a group's rows.

    What matched is kept with each row. The zip itself goes once every photo has found its row or can't, at the latest
    when the window has closed and nobody's correction is awaited.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="photo_packs", verbose_name="团体申报")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件", null=True, blank=True)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField("状态", max_length=8, choices=IntakeState, default=IntakeState.WAITING)
    refusal = models.TextField("未能读取的原因", blank=True)
    matched = models.PositiveIntegerField("已对应", default=0)
    # [{"file": masked name, "message": …, "entry": place in the zip, "waits": whether a row may still come for it}]
    report = models.JSONField("未采用的照片", default=list)
    uploaded_by_id = models.BigIntegerField("上传人编号", null=True)
    uploaded_by_label = models.CharField("上传人", max_length=100)
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "照片包"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PreliminaryReview(models.Model):
    """资格初审: who passed which rows when, and the statement they made (SPEC 5.2)."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="preliminary_reviews", verbose_name="团体申报")
    statement = models.TextField("初审声明")
    people = models.PositiveIntegerField("人数")
    by_id = models.BigIntegerField("初审人编号", null=True)
    by_label = models.CharField("初审人", max_length=100)
    at = models.DateTimeField("初审时间")

    left_out = 0  # of a review just made: how many of those asked for were found faulty

    class Meta:
        verbose_name = verbose_name_plural = "资格初审"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by_label} {self.at:%Y-%m-%d}"


class Submission(models.Model):
    """One handing-in of a group: the first one, later additions, and corrections of what was returned."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="submissions", verbose_name="团体申报")
    number = models.PositiveSmallIntegerField("第几次提交")
    state = models.CharField("状态", max_length=8, choices=HandingIn, default=HandingIn.RUNNING)
    people = models.PositiveIntegerField("人数", default=0)
    left_out = models.PositiveIntegerField("未能提交人数", default=0)
    by_id = models.BigIntegerField("提交人编号", null=True)
    by_label = models.CharField("提交人", max_length=100)
    at = models.DateTimeField("提交时间")
    # The city's 自助经办系统 is the official channel for groups
    exported_at = models.DateTimeField("导出时间", null=True, blank=True)
    city_reference = models.CharField("市自助经办系统受理编号", max_length=60, blank=True)
    city_reference_by_label = models.CharField("受理编号登记人", max_length=100, blank=True)
    city_reference_at = models.DateTimeField("受理编号登记时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "团体提交"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="submission_once"),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(state=HandingIn.RUNNING),
                name="submission_running_once",
                violation_error_message="该团体正在提交，请等它完成后再提交",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} 第 {self.number} 次提交"


class OriginalsReceipt(models.Model):
    """原件接收单: the provider received the signed originals of some of a group's people on a day."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("接收单编号", max_length=24, unique=True)
    group = models.ForeignKey(Group, models.PROTECT, related_name="receipts", verbose_name="团体申报")
    received_on = models.DateField("接收日期")
    people = models.PositiveIntegerField("人数")
    handed_in_by = models.CharField("送交人", max_length=60, blank=True)
    by_id = models.BigIntegerField("接收人编号", null=True)
    by_label = models.CharField("接收人", max_length=100)
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "原件接收单"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.number


class RosterRowQuerySet(models.QuerySet["RosterRow"]):
    def visible_to(self, user: Any) -> RosterRowQuerySet:
        """A row is the institution's own; provider staff see the application made of it."""
        return self.filter(group__institution_id__in=user.institution_ids)

    def standing(self) -> RosterRowQuerySet:
        """Rows that stand for a person in their group."""
        return self.filter(state__in=STANDING_ROWS)


class RosterRow(models.Model):
    """One person as a roster states them, cell by cell as typed, and what the check finds (machine-written).

    `cells` holds the filled cells by column key, as text, but for the document number, the telephone and the photo's
    file name, which may repeat the number: those are sealed (`rosters.columns.SEALED`). `lossy` names cells that a
    spreadsheet kept as numbers and so lost digits of. `faults` is the report: see `rosters.faults`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="rows", verbose_name="名册")
    group = models.ForeignKey(Group, models.PROTECT, related_name="rows", verbose_name="团体申报")
    number = models.PositiveIntegerField("行号")
    cells = models.JSONField("内容", default=dict)
    lossy = ArrayField(models.CharField(max_length=20), verbose_name="已失真的格", default=list, blank=True)
    id_cipher = EncryptedTextField("证件号码")  # as typed
    id_key = models.BinaryField("证件号码索引", max_length=32, null=True, editable=False)  # of a sound number only
    phone_cipher = EncryptedTextField("手机号码")
    photo_cipher = EncryptedTextField("照片文件名")
    photo = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="照片", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=RowState, default=RowState.FAULTY)
    faults = models.JSONField("问题", default=list)
    kinds = ArrayField(models.CharField(max_length=20), verbose_name="问题类别", default=list, blank=True)
    checked_on = models.DateField("核对日期", null=True, blank=True)
    passed = models.ForeignKey(
        PreliminaryReview, models.PROTECT, related_name="rows", verbose_name="资格初审", null=True, blank=True
    )
    application: models.OneToOneField[Application | None, Application | None] = models.OneToOneField(
        "registration.Application",
        models.PROTECT,
        related_name="roster_row",
        verbose_name="申报",
        null=True,
        blank=True,
    )
    # The name it was last handed in under: after the window's close a correction stays about the same person
    handed_in_as = models.CharField("提交时姓名", max_length=60, blank=True, default="", db_default="")
    edited_by_label = models.CharField("最近修改人", max_length=100, blank=True)
    edited_at = models.DateTimeField("最近修改时间", null=True, blank=True)

    objects = RosterRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名册行"
        ordering = ["roster", "number"]
        indexes = [models.Index(fields=["group", "state"], name="roster_row_state")]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_row_once"),
            models.UniqueConstraint(
                fields=["group", "id_key"],
                condition=Q(state__in=STANDING_ROWS),
                name="roster_row_person_once",
                violation_error_message="该证件号码在本团体中已有一行",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STANDING_ROWS) | Q(id_key__isnull=False), name="roster_row_number_sound"
            ),
            models.CheckConstraint(
                condition=Q(state=RowState.PASSED, passed__isnull=False, application__isnull=False)
                | ~Q(state=RowState.PASSED) & Q(passed=None),
                name="roster_row_passed_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.roster} 第 {self.number} 行"

    @property
    def masked_id(self) -> str:
        return mask(self.id_cipher)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone_cipher)
