"""The scoped admin shows and does nothing beyond where a role is held; the rest answers 404 or 403."""

import re

import pytest
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve

from skilleval.core import admin as core_admin, policy, scoping
from skilleval.core.errors import NotAllowed, Refused
from tests.core.staff_site import Staff, site
from tests.core.stand_ins import Owner, Parcel, ParcelLog

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.staff_site")]


@pytest.fixture(autouse=True)
def grants(monkeypatch):
    table = policy.Policy()
    table.grant("parcel.view", "clerk", "viewer", "supervisor")
    table.grant("parcel.change", "clerk")
    table.grant("parcel.weigh", "clerk")
    monkeypatch.setattr(policy, "policy", table)
    monkeypatch.setattr(scoping, "policy", table)


@pytest.fixture
def world():
    """Two owners with two parcels each."""
    ContentType.objects.clear_cache()  # the stand-ins' were rolled back with the test before
    north, south = Owner.objects.create(name="北仓"), Owner.objects.create(name="南仓")
    for owner in (north, south):
        for number in range(2):
            Parcel.objects.create(owner=owner, note=f"{owner.name}{number}")
    return north, south


def staff(*held, everywhere=()):
    """An account with (owner, role) pairs, and roles held everywhere."""
    user = Staff.objects.create(name="王经办")
    user.scopes = tuple({owner for owner, _ in held})
    user.roles_by_scope = {owner: frozenset(r for o, r in held if o == owner) for owner in user.scopes}
    user.roles_by_scope[None] = frozenset(everywhere)
    return user


def visit(user, address, post=None):
    """The answer of the admin's page, rendered."""
    make = RequestFactory()
    request = make.get(address) if post is None else make.post(address, post)
    request.user, request.session, request._dont_enforce_csrf_checks = user, {}, True
    request._messages = CookieStorage(request)
    view, args, kwargs = resolve(request.path)
    response = view(request, *args, **kwargs)
    if hasattr(response, "render"):
        response.render()
    response.told = [str(message) for message in request._messages]
    return response


def page(*arguments):
    return visit(*arguments).content.decode()


LIST = "/admin/core_stand_ins/parcel/"


def test_lists_and_filters_show_ones_own(world):
    north, _ = world
    shown = page(staff((north, "viewer")), LIST)
    assert len(re.findall(r'class="field-__str__|class="action-select"', shown)) == 2
    assert "北仓" in shown  # as a choice of the filter
    assert "南仓" not in shown


def test_a_role_held_everywhere_sees_everything_and_changes_nothing(world):
    shown = page(staff(everywhere=["supervisor"]), LIST)
    assert "北仓" in shown
    assert "南仓" in shown
    mine = Parcel.objects.first()
    with pytest.raises(PermissionDenied):
        visit(staff(everywhere=["supervisor"]), f"{LIST}{mine.pk}/change/", {"note": "x"})


@pytest.mark.parametrize("verb", ["change", "history"])
def test_somebody_elses_row_isnt_there(world, verb):
    north, south = world
    theirs = Parcel.objects.filter(owner=south).first()
    with pytest.raises(Http404):
        visit(staff((north, "clerk")), f"{LIST}{theirs.pk}/{verb}/")


def test_nothing_is_deleted(world):
    north, _ = world
    mine = Parcel.objects.filter(owner=north).first()
    with pytest.raises(PermissionDenied):
        visit(staff((north, "clerk")), f"{LIST}{mine.pk}/delete/", {"post": "yes"})
    assert "delete_selected" not in page(staff((north, "clerk")), LIST)


@pytest.mark.parametrize("address", [LIST, f"{LIST}add/", "/admin/core_stand_ins/owner/"])
def test_without_a_role_there_is_no_page(world, address):
    with pytest.raises(PermissionDenied):
        visit(staff(), address)


def test_an_admin_that_names_no_action_is_open_to_nobody(world):
    with pytest.raises(PermissionDenied):
        visit(staff((world[0], "clerk"), everywhere=["supervisor"]), "/admin/core_stand_ins/parcellog/")


def test_a_viewer_doesnt_change(world):
    north, _ = world
    mine = Parcel.objects.filter(owner=north).first()
    assert 'name="_save"' not in page(staff((north, "viewer")), f"{LIST}{mine.pk}/change/")
    with pytest.raises(PermissionDenied):
        visit(staff((north, "viewer")), f"{LIST}{mine.pk}/change/", {"note": "x"})
    with pytest.raises(PermissionDenied):
        visit(staff((north, "viewer")), f"{LIST}add/")


NO_INLINES = {"log-TOTAL_FORMS": "0", "log-INITIAL_FORMS": "0"}


def test_choices_are_ones_own_and_others_are_no_choice(world):
    north, south = world
    user = staff((north, "clerk"))
    assert "南仓" not in page(user, f"{LIST}add/")
    visit(user, f"{LIST}add/", {"owner": south.pk, "note": "偷放", "weight": 0, **NO_INLINES})
    assert not Parcel.objects.filter(note="偷放").exists()
    visit(user, f"{LIST}add/", {"owner": north.pk, "note": "放好", "weight": 0, **NO_INLINES})
    assert Parcel.objects.filter(note="放好", owner=north).exists()


def test_a_row_cant_be_moved_to_where_one_only_looks(world):
    north, south = world
    user = staff((north, "clerk"), (south, "viewer"))
    mine = Parcel.objects.filter(owner=north).first()
    with pytest.raises(PermissionDenied):
        visit(user, f"{LIST}{mine.pk}/change/", {"owner": south.pk, "note": "搬走", "weight": 0, **NO_INLINES})
    mine.refresh_from_db()
    assert mine.owner == north


def test_choices_of_a_model_without_a_scoped_admin_are_never_offered(world):
    request = RequestFactory().get("/")
    request.user = staff((world[0], "clerk"))
    with pytest.raises(ImproperlyConfigured, match="Staff needs a ScopedModelAdmin"):
        core_admin.visible(site, Staff, request)


def test_inlines_follow_their_parent(world):
    north, _ = world
    mine = Parcel.objects.filter(owner=north).first()
    ParcelLog.objects.create(subject=mine, to_state="sent", at="2026-12-14T00:00Z", by_label="李仓管")
    assert "李仓管" in page(staff((north, "viewer")), f"{LIST}{mine.pk}/change/")


def confirm(user, parcels, **more):
    chosen = {"action": "weigh_parcels", "_selected_action": [parcel.pk for parcel in parcels], "index": "0"}
    return visit(user, LIST, chosen | more)


def test_an_action_shows_what_will_happen_before_it_does(world):
    north, _ = world
    mine = list(Parcel.objects.filter(owner=north))
    shown = confirm(staff((north, "clerk")), mine).content.decode()
    assert "<strong>2</strong>" in shown
    assert "重量记为 1" in shown
    assert "请填写理由" not in shown
    assert "请填写理由" in confirm(staff((north, "clerk")), mine, confirmed="1", reason=" ").content.decode()
    assert not Parcel.objects.filter(weight=1).exists()


def test_a_confirmed_action_does_it_row_by_row_and_tells_of_each_refusal(world):
    north, _ = world
    first, second = Parcel.objects.filter(owner=north)
    Parcel.objects.filter(pk=first.pk).update(weight=9)
    answer = confirm(staff((north, "clerk")), [first, second], confirmed="1", reason="月检")
    assert sorted(answer.told) == sorted([f"{first}：已称重", "已处理 1 条"])
    assert set(Parcel.objects.filter(owner=north).values_list("weight", "note")) == {(9, first.note), (1, "月检")}


def test_an_action_is_offered_and_done_only_with_its_role(world):
    north, south = world
    assert "weigh_parcels" not in page(staff((north, "viewer")), LIST)
    user = staff((north, "clerk"), (south, "viewer"))
    assert "weigh_parcels" in page(user, LIST)
    with pytest.raises(NotAllowed):
        confirm(user, Parcel.objects.filter(owner=south), confirmed="1", reason="x")
    assert not Parcel.objects.filter(weight=1).exists()


def test_rows_of_strangers_are_left_out_of_an_action(world):
    north, _ = world
    confirm(staff((north, "clerk")), Parcel.objects.all(), confirmed="1", reason="x")
    assert set(Parcel.objects.values_list("owner__name", "weight")) == {("北仓", 1), ("南仓", 0)}


def test_an_action_names_each_row_it_takes(world, monkeypatch):
    monkeypatch.setattr(core_admin, "MOST_AT_ONCE", 1)
    north, _ = world
    with pytest.raises(Refused, match="最多处理 1 条"):
        confirm(staff((north, "clerk")), Parcel.objects.filter(owner=north))


def test_autocomplete_offers_ones_own(world):
    request = RequestFactory().get("/")
    request.user = staff((world[0], "clerk"))
    view = AutocompleteJsonView(admin_site=site)
    view.request, view.term, view.source_field = request, "仓", Parcel._meta.get_field("owner")
    view.model_admin = site._registry[Owner]
    assert [owner.name for owner in view.get_queryset()] == ["北仓"]


@pytest.mark.parametrize("path", [None, "owner", scoping.SELF])
def test_objects_and_querysets_agree(world, path):
    north, south = world
    rows = Owner.objects.all() if path == scoping.SELF else Parcel.objects.select_related("owner")
    for user in (staff((north, "clerk")), staff((south, "viewer")), staff(everywhere=["supervisor"]), staff()):
        for action in ("parcel.view", "parcel.change", "unheard of"):
            reached = set(scoping.limit(rows, path, user, action))
            assert reached == {row for row in rows if scoping.covers(row, path, user, action)}
