"""The agreements of the policy, to be read, and how they are signed."""

from django.urls import URLPattern, path

from aup.views import policy, settings

patterns: list[URLPattern] = [
    path("policy/agreements/", policy.agreements, name="agreements"),
    # Before the agreements: none of them is called so.
    path("policy/agreements/settings/", settings.settings, name="agreement_settings"),
    path("policy/agreements/<slug:code>/", policy.agreement, name="agreement"),
]
