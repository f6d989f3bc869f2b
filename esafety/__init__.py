"""Wiring only: settings, urls, the worker, the embedded services of the demo."""

from esafety.celery import app as celery_app

__all__ = ["celery_app"]
