"""For WSGI hosts: the whole product but the sockets and the fast lane."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langportal.settings")
application = get_wsgi_application()
