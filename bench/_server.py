"""The product's own site and one bare page beside it: what the server, the middleware and the login cost alone."""

from bench._django import setup

setup()

from django.core.cache import cache  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path, resolve, reverse  # noqa: E402

from config import urls  # noqa: E402


def bare(request):
    return HttpResponse(f"ok {request.user.pk}")


def anew(request, name):
    """A page of that name with nothing kept from before."""
    cache.clear()
    return resolve(reverse(name)).func(request)


urls.urlpatterns += [path("bare/", bare), path("anew/<str:name>/", anew)]
application = get_wsgi_application()
