"""Rosters and photos as files: taken in at once, read in the background, watched while they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from registration.enums import IntakeState
from registration.models import Group, PhotoPack, Roster
from registration.services import photos, rosters
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.enums import JobState
from skilleval.core.errors import Refused
from skilleval.core.models import Job
from skilleval.journeys.groups.forms import PhotosForm, RosterForm
from skilleval.journeys.groups.history import rosters_of
from skilleval.journeys.groups.own import group_or_404, is_htmx, officer_page
from skilleval.journeys.groups.page import context_of

form_page = require_http_methods(["GET", "HEAD", "POST"])
STUCK = "核对中断，文件和已核对的内容都在，不用重新上传；平台管理员处理后会继续"


@dataclass(frozen=True)
class Progress:
    """How far the reading of a file is; `total` is 0 until the file was opened."""

    done: int
    total: int
    stuck: str = ""


@dataclass(frozen=True)
class FileLine:
    """An uploaded file with its progress while it is being read."""

    file: Any
    progress: Progress | None


@officer_page
@form_page
def roster_upload(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take in one or several rosters, each by itself: one that is refused keeps none of the others out."""
    group = group_or_404(request, uuid)
    if request.method != "POST":
        return redirect("roster_status", uuid=uuid)
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _files_page(request, group, roster_form=form, status=400)
    there = set(group.rosters.values_list("pk", flat=True))
    for upload in form.cleaned_data["uploads"]:
        try:
            roster = rosters.upload_roster(group, upload=upload, by=person(request), at=clock.now())
        except Refused as refused:
            form.add_error("uploads", f"{upload.name}：{refused.message}")
        else:
            _tell(request, roster, seen=roster.pk in there)
            there.add(roster.pk)
    if form.errors:
        return _files_page(request, group, roster_form=form, status=400)
    return redirect("roster_status", uuid=uuid)


@officer_page
@form_page
def photos_upload(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take in a zip of photos."""
    group = group_or_404(request, uuid)
    if request.method != "POST":
        return redirect("roster_status", uuid=uuid)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid():
        there = set(group.photo_packs.values_list("pk", flat=True))
        try:
            pack = photos.upload_photos(group, upload=form.cleaned_data["upload"], by=person(request), at=clock.now())
        except Refused as refused:
            form.add_error("upload", refused.message)
        else:
            _tell(request, pack, seen=pack.pk in there)
            return redirect("roster_status", uuid=uuid)
    return _files_page(request, group, photos_form=form, status=400)


@officer_page
@require_safe
def roster_status(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The group's files with what came of each; asks again by itself while one is being read."""
    return _files_page(request, group_or_404(request, uuid))


def _files_page(request: HttpRequest, group: Group, status: int = 200, **forms: Any) -> HttpResponse:
    lines = _lines("roster", rosters_of(group))
    packs = _lines("photos", group.photo_packs.order_by("-id"))
    context = context_of(group, clock.today()) | {
        "rosters": lines,
        "packs": packs,
        "waiting": sum(line.file.state == IntakeState.WAITING for line in (*lines, *packs)),
        "stuck": any(line.progress and line.progress.stuck for line in (*lines, *packs)),
        "roster_form": RosterForm(),
        "photos_form": PhotosForm(),
        "form": next(iter(forms.values()), None),
        **forms,
    }
    template = "groups/_files.html" if is_htmx(request) else "groups/files.html"
    return render(request, template, context, status=status)


def _lines(what: str, files: Iterable[Roster | PhotoPack]) -> list[FileLine]:
    """Files with the progress of those that wait; one query beside theirs."""
    listed = list(files)
    keys = {f"{what}:{file.pk}": file.pk for file in listed if file.state == IntakeState.WAITING}
    jobs = {keys[job.key]: job for job in Job.objects.filter(key__in=keys)} if keys else {}
    return [FileLine(file, progress_of(jobs.get(file.pk)) if file.pk in keys.values() else None) for file in listed]


def progress_of(job: Job | None) -> Progress:
    """How far a piece of work is."""
    if job is None:
        return Progress(0, 0)
    stuck = STUCK if job.state == JobState.QUARANTINED else ""
    return Progress(job.progress_done, job.progress_total, stuck)


def _tell(request: HttpRequest, file: Roster | PhotoPack, *, seen: bool) -> None:
    if seen:
        messages.info(request, f"“{file.name}”以前已经上传过，没有重复登记，原来的核对结果仍在。")
    else:
        messages.success(request, f"“{file.name}”已收到，正在核对。")
