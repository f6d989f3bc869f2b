"""The addresses of the floor."""

from django.urls import path

from bench.floor import views

urlpatterns = [
    path("<uuid:school_id>/", views.log),
    path("<uuid:school_id>/new/", views.create),
    path("<uuid:school_id>/<uuid:incident_id>/", views.detail),
]
