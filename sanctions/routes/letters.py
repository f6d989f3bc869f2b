"""The parent's page of a letter, by link. Its address says nothing of what the letter is about."""

from django.urls import URLPattern, path

from sanctions.views import letters_by_link

app_name = "letters"

urlpatterns: list[URLPattern] = [path("<str:token>/", letters_by_link.by_link, name="by_link")]
