"""Signing by a link and by log-in, consents, copies."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
