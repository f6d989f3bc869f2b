"""Drafts, published versions, and how the school has them signed."""

from django.urls import URLPattern, path

from aup.views import editing, policy, publishing

_CODE = "policy/agreements/<slug:code>/"

patterns: list[URLPattern] = [
    path(f"{_CODE}versions/<int:number>/", policy.version, name="agreement_version"),
    path(f"{_CODE}publish/", publishing.as_shipped, name="publish_as_shipped"),
    path(f"{_CODE}withdraw/", publishing.take_back, name="withdraw_agreement"),
    path(f"{_CODE}edit/", editing.edit, name="edit_agreement"),
    path(f"{_CODE}edit/preview/", editing.preview, name="preview_agreement"),
    path(f"{_CODE}edit/publish/", publishing.draft, name="publish_agreement"),
    path(f"{_CODE}edit/discard/", publishing.discard, name="discard_draft"),
    path(f"{_CODE}edit/<slug:language>/", editing.translation, name="edit_translation"),
]
