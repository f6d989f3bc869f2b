"""The sanction framework, to be read."""

from django.urls import path

from sanctions import views

app_name = "sanctions"

urlpatterns = [path("", views.framework, name="framework")]
