"""The pages of the service's administrators."""

from django.urls import path

from schools.views import service

app_name = "service"

urlpatterns = [
    path("", service.schools, name="schools"),
    path("schools/add/", service.add, name="add"),
    path("schools/<uuid:school_id>/", service.school, name="school"),
    path("schools/<uuid:school_id>/members/", service.member, name="member"),
    path("schools/<uuid:school_id>/posts/", service.post, name="post"),
    path("schools/<uuid:school_id>/posts/<uuid:appointment_id>/", service.appointment, name="appointment"),
    path("schools/<uuid:school_id>/emergency/", service.ask, name="ask"),
    path("schools/<uuid:school_id>/emergency/<uuid:emergency_id>/", service.emergency, name="emergency"),
]
