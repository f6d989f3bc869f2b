"""The service administrator's desk: schools, log-ins, posts. Never people's records or incidents."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from schools.models import School, Term, User


@admin.register(School)
class SchoolAdmin(admin.ModelAdmin[School]):
    list_display = ("name", "authority_name", "email")
    search_fields = ("name",)
    fields = ("name", "address", "phone", "email", "authority_name", "officer_name", "officer_email")


@admin.register(Term)
class TermAdmin(admin.ModelAdmin[Term]):
    list_display = ("school", "name", "starts_on", "ends_on")
    list_filter = ("school",)


@admin.register(User)
class LoginAdmin(UserAdmin[User]):
    ordering = ("email",)
    list_display = ("email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    fieldsets = ((None, {"fields": ("email", "password")}), ("Access", {"fields": ("is_active", "is_staff")}))
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
