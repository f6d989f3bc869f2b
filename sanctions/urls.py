"""The sanction framework, to be read."""

from django.urls import path

from sanctions.views import framework

app_name = "sanctions"

urlpatterns = [path("", framework.framework, name="framework")]
