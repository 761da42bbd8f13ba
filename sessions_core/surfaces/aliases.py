"""Addresses as the documents' own examples write them, without ``/api``; undocumented."""

from django.urls import URLPattern

from ..rest.routes import undocumented_twins
from .exercises.urls import urlpatterns as exercises_patterns
from .sessions_urls import urlpatterns as sessions_patterns

sessions: list[URLPattern] = undocumented_twins(sessions_patterns)
exercises: list[URLPattern] = undocumented_twins(exercises_patterns)
