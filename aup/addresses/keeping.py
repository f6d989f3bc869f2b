"""Class sessions, paper, signed agreements and bundles, follow-ups, posters."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
