"""The WSGI application: the whole product without sockets and without the fast path."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langportal.settings")
application = get_wsgi_application()
