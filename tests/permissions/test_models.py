"""Every model of the admin, walked by everybody: who sees whose rows, and who may add, change and act on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.urls import reverse

from scheduling.models import Venue
from skilleval.core import scoping
from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.queues import QueuedModelAdmin
from tests.permissions.asking import Answer, Asker
from tests.permissions.registry import Entry, entries
from tests.permissions.table import ANSWERED, WHOLE_ACTIONS
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
DENIED = ("403", "404")
EVERY_ENTRY = pytest.mark.parametrize("entry", entries(), ids=str)


def staff_of(world: World) -> list[str]:
    """Who may enter the admin at all."""
    return [name for name, user in world.actors.items() if user is not None and user.is_staff]


@EVERY_ENTRY
def test_who_has_no_business_in_the_admin_gets_nowhere(ask: Asker, world: World, entry: Entry) -> None:
    staff = staff_of(world)
    for actor in world.actors:
        if actor in staff:
            continue
        for view in ("changelist", "change"):
            answer = ask(actor, "GET", entry.address(view, world))
            assert (actor, answer.word) == (actor, "login" if actor == "anonymous" else "403")
            assert not answer.faults


@EVERY_ENTRY
def test_staff_get_what_the_table_gives_them(ask: Asker, world: World, entry: Entry) -> None:
    found = defaultdict(list)
    for actor in staff_of(world):
        for fault in (
            *_list(ask, world, entry, actor),
            *_add(ask, world, entry, actor),
            *_row(ask, world, entry, actor),
            *_delete(ask, world, entry, actor),
        ):
            found[fault].append(actor)
    assert not found, "\n".join(f"{fault}: {', '.join(actors)}" for fault, actors in found.items())


def _list(ask: Asker, world: World, entry: Entry, actor: str) -> Iterator[str]:
    """The list shows the row to whom it is given, and its filters offer nothing of somebody else's."""
    query = f"?queue={entry.admin.queues[-1].name}" if isinstance(entry.admin, QueuedModelAdmin) else ""
    answer = ask(actor, "GET", entry.address("changelist", world) + query)
    yield from (f"list: {fault}" for fault in answer.faults)
    may = entry.may(actor, entry.seen_by)
    if answer.word != ("ok" if may else "403"):
        yield f"list gives {answer.word}"
    if not may or answer.word != "ok":
        return
    shown = answer.response.context["cl"]  # type: ignore[attr-defined]
    if (entry.row(world).pk in {row.pk for row in shown.queryset}) != entry.reaches(actor):
        yield f"list {'lacks' if entry.reaches(actor) else 'shows'} the row"
    for spec in shown.filter_specs:
        if actor.startswith("rival ") and isinstance(spec, admin.RelatedFieldListFilter):
            offered = {str(choice[0]) for choice in spec.lookup_choices}
            if offered & _keys_of_a(world, spec.field.remote_field.model):
                yield f"filter {spec.field.name} offers what is A's"


def _add(ask: Asker, world: World, entry: Entry, actor: str) -> Iterator[str]:
    may = entry.may(actor, entry.added_by)
    looked = ask(actor, "GET", entry.address("add", world))
    yield from (f"add: {fault}" for fault in looked.faults)
    if looked.word != ("ok" if may else "403"):
        yield f"add gives {looked.word}"
    if may:
        yield from _choices(world, actor, looked, "add")
        return
    posted = ask(actor, "POST", entry.address("add", world), {"name": "x"})
    if posted.word != "403" or posted.written:
        yield f"adding gives {posted.word} and writes to {sorted(posted.written)}"


def _row(ask: Asker, world: World, entry: Entry, actor: str) -> Iterator[str]:
    """The row's page and history."""
    sees = entry.may(actor, entry.seen_by)
    reads = sees and entry.reaches(actor)
    for view in ("change", "history"):
        answer = ask(actor, "GET", entry.address(view, world))
        yield from (f"{view}: {fault}" for fault in answer.faults)
        wanted = ("ok", "go") if reads else ("404",) if sees else DENIED
        if answer.word not in wanted:
            yield f"{view} gives {answer.word}"
        if answer.written:
            yield f"{view} writes to {sorted(answer.written)}"
        if reads and view == "change" and answer.word == "ok":
            yield from _choices(world, actor, answer, view)
    changes = reads and entry.may(actor, entry.changed_by)
    posted = ask(actor, "POST", entry.address("change", world), {"name": "x"})
    yield from (f"changing: {fault}" for fault in posted.faults)
    if changes and posted.word not in (*ANSWERED, "404"):
        yield f"changing gives {posted.word}"
    if not changes and (posted.written or posted.word not in (*DENIED, *(("ok", "go") if reads else ()))):
        yield f"changing gives {posted.word} and writes to {sorted(posted.written)}"


def _delete(ask: Asker, world: World, entry: Entry, actor: str) -> Iterator[str]:
    """Nobody deletes anything."""
    for method in ("GET", "POST"):
        answer = ask(actor, method, entry.address("delete", world), {"post": "yes"})
        if answer.word not in DENIED or answer.written:
            yield f"delete gives {answer.word} and writes to {sorted(answer.written)}"


def _choices(world: World, actor: str, answer: Answer, view: str) -> Iterator[str]:
    """No field of the form, its inlines' included, offers a row of provider A to another provider's staff."""
    context: Any = answer.response.context
    if not actor.startswith("rival ") or "adminform" not in context:
        return
    shown = [context["adminform"].form, *(inline.formset.empty_form for inline in context["inline_admin_formsets"])]
    for form in shown:
        for name, field in form.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(field.widget, forms.HiddenInput):
                offered = {str(pk) for pk in field.queryset.values_list("pk", flat=True)}
                if offered & _keys_of_a(world, field.queryset.model):
                    yield f"{view} offers what is A's as {name}"


@EVERY_ENTRY
def test_actions_do_nothing_for_whom_they_arent(ask: Asker, world: World, entry: Entry) -> None:
    """Each action, posted with each row's key by all staff; the table names who gets something done."""
    address = entry.address("changelist", world)
    if isinstance(entry.admin, QueuedModelAdmin):
        address += f"?queue={entry.admin.queues[-1].name}"  # rows in every state
    for action in entry.admin.actions or ():
        done = set()
        for actor, row in product(staff_of(world), entry.rows(world)):
            chosen = {"action": action.__name__, "_selected_action": [row.pk], "confirmed": "1", "reason": "x"}
            chosen["looked"] = "on"  # at the papers of those who pass together
            answer = ask(actor, "POST", address, chosen, whole=action.__name__ in WHOLE_ACTIONS)
            assert not answer.faults
            if answer.written:
                done.add(actor)
        allowed = {a for a in staff_of(world) if entry.may(a, entry.acted_on_by) and entry.reaches(a)}
        assert done, f"{action.__name__} does nothing for anybody"
        assert done <= allowed


def test_a_row_of_an_inline_is_taken_from_nobody(ask: Asker, world: World) -> None:
    """A room's key of provider A, sent with B's venue: its scheduler can't move or rename it."""
    venue = Venue.objects.get(provider=world.things["rival_provider"])
    sent = {"name": venue.name, "address": venue.address, "provider": venue.provider_id}
    sent |= {"rooms-TOTAL_FORMS": 1, "rooms-INITIAL_FORMS": 1, "rooms-0-id": world.things["room"].pk}
    sent |= {"rooms-0-venue": venue.pk, "rooms-0-name": "抢来的", "rooms-0-capacity": 9}
    answer = ask("rival scheduling", "POST", reverse("admin:scheduling_venue_change", args=[venue.pk]), sent)
    assert "scheduling_room" not in answer.written
    assert not answer.faults


def test_auto_completion_offers_nothing_of_another_provider(ask: Asker, world: World) -> None:
    """Django completes any foreign key whose target can be searched, asked for by its name."""
    asked = 0
    for source, target, name in _searchable_keys():
        keys = _keys_of_a(world, target)
        query = f"?app_label={source._meta.app_label}&model_name={source._meta.model_name}&field_name={name}&term="
        for actor in staff_of(world):
            if actor.startswith("rival "):
                answer = ask(actor, "GET", reverse("admin:autocomplete") + query)
                assert answer.word in ("ok", "403")
                results = answer.response.json()["results"] if answer.word == "ok" else []  # type: ignore[attr-defined]
                assert not {result["id"] for result in results} & keys
                asked += answer.word == "ok"
    assert asked


def test_the_administrator_sees_no_message_no_address_and_no_candidate(ask: Asker, world: World) -> None:
    """A code sent to somebody would let the administrator in as them; who applied is no business of theirs either."""
    message, candidate = world.things["message"], world.things["candidate"]
    seen = [entry for entry in entries() if "administrator" in entry.seen_by]
    for entry in seen:
        for view in ("changelist", "change"):
            text = ask("administrator", "GET", entry.address(view, world)).text
            for kept in (message.body, message.subject, message.address, message.link, candidate.name):
                assert kept not in text, f"{entry} {view}"


def _searchable_keys() -> Iterator[tuple[Any, Any, str]]:
    """One foreign key to each model that can be searched."""
    found = {}
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            target = admin.site._registry.get(field.related_model) if field.many_to_one else None
            if target is not None and target.search_fields:
                found[field.related_model] = (model, field.related_model, field.name)
    return iter(found.values())


def _keys_of_a(world: World, model: Any) -> set[str]:
    """The keys of provider A's rows of a model, none where its rows are shared."""
    registered = admin.site._registry[model]
    assert isinstance(registered, ScopedModelAdmin)
    if registered.scope is None:
        return set()
    path = "pk" if registered.scope == scoping.SELF else registered.scope
    return {str(pk) for pk in model._default_manager.filter(**{path: world.a.pk}).values_list("pk", flat=True)}
