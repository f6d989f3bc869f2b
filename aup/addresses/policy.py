"""The agreements of the policy, to be read."""

from django.urls import URLPattern, path

from aup.views import policy

patterns: list[URLPattern] = [
    path("policy/agreements/", policy.agreements, name="agreements"),
    path("policy/agreements/<slug:code>/", policy.agreement, name="agreement"),
]
