"""The icons of the screens. Loaded everywhere (settings, ``builtins``)."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> str:
    """One of the icons of static/img/icons.svg, by its name. Decoration only: the words beside it carry the meaning.

    Put together once a process; a page has twenty.
    """
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}" /></svg>',
        static("img/icons.svg"),
        name,
    )
