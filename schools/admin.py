"""The service administrator's desk: schools, log-ins, who is what to a school. Never people's records or incidents.

Somebody gets access by "Add a member" on a school's page (``services.welcome_member``) and loses it by an end date on
the membership or post. The lists show log-ins by their email, never by name.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from schools.forms import WelcomeForm
from schools.models import Membership, Post, School, Term, User
from schools.services import MemberAlready, end_term_of, welcome_member
from schools.wall import in_school

# Rights come from roles at a school (schools/roles.py), never from Django's groups.
admin.site.unregister(Group)


@admin.register(School)
class SchoolAdmin(admin.ModelAdmin[School]):
    list_display = ("name", "authority_name", "email")
    search_fields = ("name",)
    fields = ("name", "address", "phone", "email", "authority_name", "officer_name", "officer_email")
    change_form_template = "admin/schools/school/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        welcome = path(
            "<uuid:school_id>/welcome/", self.admin_site.admin_view(self.welcome), name="schools_school_welcome"
        )
        return [welcome, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: School, form: Any, change: bool) -> None:
        with in_school(obj.pk):
            super().save_model(request, obj, form, change)

    def welcome(self, request: HttpRequest, school_id: UUID) -> HttpResponse:
        """Give somebody access to this school."""
        with in_school(school_id):
            school = self.get_object(request, str(school_id))
        if school is None or not self.has_change_permission(request, school):
            raise Http404
        assert isinstance(request.user, User)
        form = WelcomeForm(request.POST or None, initial={"starts_on": timezone.localdate()})
        if request.method == "POST" and form.is_valid():
            try:
                person = welcome_member(by=request.user, school_id=school.pk, member=form.member)
            except MemberAlready as refusal:
                form.add_error("role", str(refusal))
            else:
                assert person.user is not None
                if not person.user.has_usable_password():
                    messages.info(request, "Added. The log-in is new: set its first password here.")
                    return redirect("admin:auth_user_password_change", person.user.pk)
                messages.success(request, "Added. The log-in was there already and keeps its password.")
                return redirect("admin:schools_school_change", school.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a member",
            "opts": self.opts,
            "original": school,
            "school_url": reverse("admin:schools_school_change", args=[school.pk]),
            "form": form,
        }
        return TemplateResponse(request, "admin/schools/school/welcome.html", context)


@admin.register(Term)
class TermAdmin(admin.ModelAdmin[Term]):
    list_display = ("school", "name", "starts_on", "ends_on")
    list_filter = ("school",)


class _EndOnly(admin.ModelAdmin[Any]):
    """What somebody is to a school: made by "Add a member", changed here in its end alone, never deleted."""

    list_select_related = ("school", "person__user")
    list_filter = ("school",)
    search_fields = ("person__user__email",)

    @admin.display(description="log-in")
    def login(self, row: Membership | Post) -> str:
        return row.person.user.email if row.person.user else "none"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership | Post, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        end_term_of(by=request.user, of=obj, ends_on=obj.ends_on)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(person__user__isnull=False)


@admin.register(Membership)
class MembershipAdmin(_EndOnly):
    list_display = ("login", "role", "school", "starts_on", "ends_on")
    fields = ("login", "school", "role", "starts_on", "ends_on")
    readonly_fields = ("login", "school", "role", "starts_on")


@admin.register(Post)
class PostAdmin(_EndOnly):
    list_display = ("login", "post", "school", "starts_on", "ends_on")
    fields = ("login", "school", "post", "starts_on", "ends_on")
    readonly_fields = ("login", "school", "post", "starts_on")


@admin.register(User)
class LoginAdmin(UserAdmin[User]):
    ordering = ("email",)
    list_display = ("email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    fieldsets = ((None, {"fields": ("email", "password")}), ("Access", {"fields": ("is_active", "is_staff")}))
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
