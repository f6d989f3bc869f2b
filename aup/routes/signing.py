"""Signing by a link and by log-in, consents, copies."""

from django.urls import URLPattern, path

from aup.views import by_link, by_log_in, reception

_ONE = "<uuid:version_id>/<uuid:about_id>/"
_LINK = "sign/<str:token>/"
_OWN = "agreements/"
_DESK = "agreements/reception/"

patterns: list[URLPattern] = [
    path(_LINK, by_link.home, name="link_home"),
    path(f"{_LINK}new/", by_link.new_link, name="link_new"),
    path(f"{_LINK}receipts/<uuid:signature_id>/", by_link.receipt, name="link_receipt"),
    path(f"{_LINK}copies/<uuid:signature_id>/", by_link.copy, name="link_copy"),
    path(f"{_LINK}{_ONE}", by_link.sign, name="link_sign"),
    path(f"{_LINK}{_ONE}refuse/", by_link.refuse, name="link_refuse"),
    path(f"{_LINK}{_ONE}answers/", by_link.answers, name="link_answers"),
    path(_OWN, by_log_in.home, name="own_home"),
    path(f"{_OWN}receipts/<uuid:signature_id>/", by_log_in.receipt, name="own_receipt"),
    path(f"{_OWN}copies/<uuid:signature_id>/", by_log_in.copy, name="own_copy"),
    path(f"{_OWN}{_ONE}", by_log_in.sign, name="own_sign"),
    path(f"{_OWN}{_ONE}refuse/", by_log_in.refuse, name="own_refuse"),
    path(f"{_OWN}{_ONE}answers/", by_log_in.answers, name="own_answers"),
    path(_DESK, reception.home, name="reception_home"),
    path(f"{_DESK}receipts/<uuid:signature_id>/", reception.receipt, name="reception_receipt"),
    path(f"{_DESK}{_ONE}", reception.sign, name="reception_sign"),
    path(f"{_DESK}{_ONE}refuse/", reception.refuse, name="reception_refuse"),
]
