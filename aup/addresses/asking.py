"""Campaigns, who is outstanding, who has no access yet, coverage."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
