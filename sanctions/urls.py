"""The sanction framework: read, edited, published."""

from django.urls import path

from sanctions.views import dry_run, editing, framework, versions

app_name = "sanctions"

urlpatterns = [
    path("", framework.framework, name="framework"),
    path("versions/<int:number>/", versions.version, name="framework_version"),
    path("edit/", editing.overview, name="edit_framework"),
    path("edit/sanctions/new/", editing.new_sanction, name="new_sanction_type"),
    path("edit/sanctions/<slug:code>/", editing.sanction, name="edit_sanction_type"),
    path("edit/look-back/", editing.look_back, name="edit_look_back"),
    path("edit/form/<slug:audience>/", editing.form, name="edit_form"),
    path("edit/review/", versions.review, name="review_framework"),
    path("edit/publish/", versions.publish, name="publish_framework"),
    path("edit/discard/", versions.discard, name="discard_framework_draft"),
    path("edit/dry-runs/", dry_run.ask, name="ask_dry_run"),
    path("edit/dry-runs/<uuid:run_id>/", dry_run.dry_run, name="dry_run"),
    path("edit/<slug:audience>/<slug:grade>/", editing.category, name="edit_category"),
]
