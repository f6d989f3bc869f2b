"""The web entry point, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from schools.wall import refuse_wrong_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esafety.settings")
application = get_wsgi_application()
refuse_wrong_role()
