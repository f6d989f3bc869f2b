"""The shell around every page: who is here, where they can go and how much waits there."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from dispatch.selectors import documents_not_drawn, notices_not_sent
from incidents.selectors.log import waiting_count
from schools.roles import Permission
from schools.viewer import Viewer
from schools.views.guard import administrator_of


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the navigation; ``views`` are the names of the pages that belong to it."""

    label: str
    href: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one heading, or under none."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A page one can go to: who may (None: everybody), and which pages are part of it."""

    group: str
    label: str
    name: str
    permission: Permission | None = None
    pages: frozenset[str] = frozenset()
    or_permission: Permission | None = None


def _aup(*names: str) -> frozenset[str]:
    return frozenset(f"aup:{each}" for each in names)


PLACES: tuple[Place, ...] = (
    Place("", "Today", "incidents:today"),
    Place("", "Report a concern", "incidents:report", Permission.REPORT_INCIDENT, frozenset({"incidents:report_edit"})),
    Place("", "My reports", "incidents:own_reports", Permission.SEE_OWN_REPORTS, frozenset({"incidents:receipt"})),
    Place(
        "",
        "My agreements",
        "aup:own_home",
        Permission.SIGN_AGREEMENTS,
        _aup("own_sign", "own_refuse", "own_answers", "own_receipt"),
    ),
    Place(
        "Incidents",
        "Log",
        "incidents:log",
        Permission.READ_INCIDENTS,
        frozenset(
            {
                f"incidents:{each}"
                for each in (
                    "log_filter",
                    "incident",
                    "check",
                    "record",
                    "version",
                    "evidence_add",
                    "hand_on",
                    "about",
                    "decisions",
                    "deciding",
                    "decide_together",
                    "case",
                    "case_facts",
                    "decide",
                    "revise",
                    "quash",
                    "task",
                    "lift",
                    "review",
                )
            }
        ),
    ),
    Place("Incidents", "Log an incident", "incidents:record_new", Permission.RECORD_INCIDENTS),
    Place("Incidents", "Sanctions running", "incidents:measures", Permission.SEE_MEASURES),
    Place("Agreements", "In class", "aup:classes", Permission.HOLD_CLASS_SESSION, _aup("class_session")),
    Place("Agreements", "Outstanding", "aup:outstanding", Permission.SEE_OUTSTANDING),
    Place("Agreements", "No access yet", "aup:no_access", Permission.SEE_NO_ACCESS),
    Place("Agreements", "Campaigns", "aup:campaigns", Permission.RUN_CAMPAIGNS, _aup("campaign", "campaign_new")),
    Place("Agreements", "Coverage", "aup:coverage", Permission.READ_SIGNATURES, or_permission=Permission.RUN_CAMPAIGNS),
    Place("Agreements", "Signed", "aup:signed", Permission.READ_SIGNATURES, _aup("signature", "bundle")),
    Place("Agreements", "To do after signing", "aup:follow_ups", Permission.READ_SIGNATURES),
    Place("Agreements", "On paper", "aup:paper", Permission.RECORD_SIGNATURES, _aup("paper_person", "paper_record")),
    Place(
        "Agreements",
        "Reception",
        "aup:reception_home",
        Permission.RECORD_SIGNATURES,
        _aup("reception_sign", "reception_refuse", "reception_receipt"),
    ),
    Place(
        "Policy",
        "Sanctions",
        "sanctions:framework",
        Permission.READ_POLICY,
        frozenset(
            {
                f"sanctions:{each}"
                for each in (
                    "framework_version",
                    "edit_framework",
                    "edit_category",
                    "new_sanction_type",
                    "edit_sanction_type",
                    "edit_look_back",
                    "edit_form",
                    "review_framework",
                    "dry_run",
                )
            }
        ),
    ),
    Place("Policy", "Fairness", "incidents:fairness", Permission.SEE_FAIRNESS, frozenset({"incidents:like_cases"})),
    Place(
        "Policy",
        "Agreements",
        "aup:agreements",
        Permission.READ_POLICY,
        _aup(
            "agreement",
            "agreement_version",
            "agreement_settings",
            "edit_agreement",
            "preview_agreement",
            "edit_translation",
            "publish_as_shipped",
            "withdraw_agreement",
            "publish_agreement",
            "discard_draft",
            "posters",
            "poster",
        ),
    ),
    Place(
        "School",
        "School details",
        "schools:settings",
        Permission.MANAGE_SCHOOL,
        frozenset({"schools:passphrase", "schools:adopt", "schools:terms"}),
    ),
    Place(
        "School", "Officer's address", "schools:officer", Permission.CONFIRM_OFFICER, frozenset({"schools:officer_ask"})
    ),
    Place(
        "School",
        "People",
        "schools:people",
        Permission.MANAGE_PEOPLE,
        frozenset(
            f"schools:{each}"
            for each in (
                "add_person",
                "person",
                "change_person",
                "give_log_in",
                "renew_log_in",
                "give_role",
                "end_role",
                "leave",
                "link_guardian",
                "change_guardian",
                "end_guardian",
            )
        ),
    ),
    Place(
        "School",
        "Posts",
        "schools:posts",
        Permission.APPOINT,
        frozenset({"schools:give_post", "schools:end_post", "schools:ask_to_renew", "schools:appointment"}),
    ),
    Place("School", "Emergency access", "schools:emergencies", Permission.SEE_EMERGENCIES),
    Place("School", "Log-ins held up", "schools:attempts", Permission.APPOINT),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``viewer``, ``nav`` and ``demo``. At most one query, only where the navigation is shown.

    On the pages of the service, and where there is no school, a service administrator is shown as one.
    """
    viewer: Viewer | None = getattr(request, "viewer", None)
    administrator = administrator_of(request)
    context: dict[str, object] = {"viewer": viewer, "demo": settings.DEMO}
    if administrator is not None and (viewer is None or _is_service(request)):
        context |= {
            "viewer": administrator,
            "nav": SimpleLazyObject(lambda: (_service(request, viewer),)),
            # Asked for on the service's first page alone.
            "mails_not_sent": SimpleLazyObject(notices_not_sent),
            "documents_not_drawn": SimpleLazyObject(documents_not_drawn),
        }
    elif viewer is not None:
        context["nav"] = SimpleLazyObject(lambda: tuple(_groups(request, viewer)))
    return context


def _is_service(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and "service" in match.namespaces


def _service(request: HttpRequest, viewer: Viewer | None) -> Group:
    items = [Item("Schools", reverse("service:schools"), current=_is_service(request))]
    if viewer is not None:
        items.append(Item(viewer.school_name, reverse("incidents:today"), current=False))
    return Group("", tuple(items))


def _groups(request: HttpRequest, viewer: Viewer) -> Iterator[Group]:
    match = request.resolver_match
    here = match.view_name if match else ""
    titles = dict.fromkeys(place.group for place in PLACES)
    for title in titles:
        places = [place for place in PLACES if place.group == title and _may(viewer, place)]
        items = [_item(viewer, place, here) for place in places]
        if title == "School" and administrator_of(request) is not None:
            items.append(Item("Service administration", reverse("service:schools"), current=False))
        if items:
            yield Group(title, tuple(items))


def _may(viewer: Viewer, place: Place) -> bool:
    if place.permission is None or viewer.may(place.permission):
        return True
    return place.or_permission is not None and viewer.may(place.or_permission)


def _item(viewer: Viewer, place: Place, here: str) -> Item:
    # Only whoever handles cases is told how many concerns wait for them.
    count = 0
    if place.name == "incidents:today" and viewer.may(Permission.HANDLE_INCIDENTS):
        count = waiting_count(viewer=viewer)
    return Item(place.label, reverse(place.name), here == place.name or here in place.pages, count)
