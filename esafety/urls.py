"""Every address of the service."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

admin.site.site_header = "Online safety: service administration"
admin.site.site_title = "Service administration"
admin.site.index_title = "Schools and log-ins"

urlpatterns = [
    path("", include("incidents.urls")),
    path("school/", include("schools.urls")),
    path("policy/sanctions/", include("sanctions.urls")),
    path("policy/agreements/", include("aup.urls")),
    path("officer/", include("dispatch.urls")),
    path("log-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("log-out/", auth.LogoutView.as_view(), name="logout"),
    path("administration/", admin.site.urls),
]
