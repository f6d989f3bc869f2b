"""The school's own pages."""

from django.urls import path

from schools import views

app_name = "schools"

urlpatterns = [
    path("", views.settings, name="settings"),
    path("passphrase/", views.passphrase, name="passphrase"),
    path("policy/", views.adopt, name="adopt"),
    path("switch/", views.switch, name="switch"),
]
