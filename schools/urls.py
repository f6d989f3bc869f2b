"""The school's own pages."""

from django.urls import path

from schools.attempts.views import attempts
from schools.views import emergency, families, log_ins, officer, people, posts, roles, school

app_name = "schools"

urlpatterns = [
    path("", school.settings, name="settings"),
    path("passphrase/", school.passphrase, name="passphrase"),
    path("policy/", school.adopt, name="adopt"),
    path("terms/", school.terms, name="terms"),
    path("attempts/", attempts, name="attempts"),
    path("switch/", school.switch, name="switch"),
    path("people/", people.people, name="people"),
    path("people/find/", people.find, name="find_people"),
    path("people/add/", people.add, name="add_person"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/change/", people.change, name="change_person"),
    path("people/<uuid:person_id>/log-in/", people.log_in, name="give_log_in"),
    path("people/<uuid:person_id>/log-in/anew/", log_ins.renew, name="renew_log_in"),
    path("people/<uuid:person_id>/role/", roles.give, name="give_role"),
    path("people/<uuid:person_id>/leave/", roles.leave, name="leave"),
    path("people/<uuid:person_id>/family/", families.link, name="link_guardian"),
    path("roles/<uuid:membership_id>/end/", roles.end, name="end_role"),
    path("family/<uuid:guardian_id>/change/", families.change, name="change_guardian"),
    path("family/<uuid:guardian_id>/end/", families.end, name="end_guardian"),
    path("posts/", posts.posts, name="posts"),
    path("posts/find/", posts.find, name="find_for_post"),
    path("posts/give/", posts.give, name="give_post"),
    path("posts/<uuid:post_id>/end/", posts.end, name="end_post"),
    path("posts/<uuid:post_id>/log-in/anew/", log_ins.ask, name="ask_to_renew"),
    path("appointments/<uuid:appointment_id>/", posts.appointment, name="appointment"),
    path("officer/", officer.officer, name="officer"),
    path("officer/change/", officer.ask, name="officer_ask"),
    path("officer/<uuid:change_id>/", officer.decide, name="officer_decide"),
    path("emergency/", emergency.emergencies, name="emergencies"),
    path("emergency/<uuid:emergency_id>/end/", emergency.end, name="emergency_end"),
]
