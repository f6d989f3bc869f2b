"""Class sessions, paper, posters, signed agreements and bundles, follow-ups, posters."""

from django.urls import URLPattern, path

from aup.views import bundles, class_sessions, follow_ups, paper, posters, signed

patterns: list[URLPattern] = [
    path("agreements/signed/", signed.signed, name="signed"),
    path("agreements/signed/<uuid:signature_id>/", signed.signature, name="signature"),
    path("agreements/signed/<uuid:signature_id>/copy/", signed.signature_copy, name="signature_copy"),
    path("agreements/bundles/", bundles.bundles, name="bundles"),
    path("agreements/bundles/<uuid:bundle_id>/", bundles.bundle, name="bundle"),
    path("agreements/bundles/<uuid:bundle_id>/file/", bundles.bundle_file, name="bundle_file"),
    path("agreements/class/", class_sessions.classes, name="classes"),
    path("agreements/class/<uuid:session_id>/", class_sessions.class_session, name="class_session"),
    path("agreements/class/<uuid:session_id>/end/", class_sessions.end_class_session, name="end_class_session"),
    path("agreements/follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("agreements/follow-ups/<uuid:follow_up_id>/done/", follow_ups.follow_up_done, name="follow_up_done"),
    path("agreements/paper/", paper.paper, name="paper"),
    path("agreements/paper/find/", paper.paper_find, name="paper_find"),
    path("agreements/paper/<uuid:person_id>/", paper.paper_person, name="paper_person"),
    path(
        "agreements/paper/<uuid:about_id>/<uuid:version_id>/<uuid:signer_id>/",
        paper.paper_record,
        name="paper_record",
    ),
    path("agreements/signed/<uuid:signature_id>/scan/", paper.signature_scan, name="signature_scan"),
    path("agreements/posters/", posters.posters, name="posters"),
    path("agreements/posters/<uuid:version_id>/<slug:paper>/", posters.poster, name="poster"),
]
