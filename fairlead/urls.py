"""Every address that Fairlead answers."""

from django.urls import path
from django.views.generic import RedirectView

from fairlead.api import health
from fairlead.api.api import api

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:openapi-view")),
    path("api/", api.urls),
    path("healthz/", health.alive),
    path("readyz/", health.ready),
]
