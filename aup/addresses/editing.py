"""Drafts, published versions, and how the school has them signed."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
