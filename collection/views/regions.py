"""The region a page is about: the user's own, or one inside it that the address names."""

from django.shortcuts import get_object_or_404

from residents.models import Region


def asked_region(request) -> Region:
    """The region in ?region=, if it lies in the user's own; else that."""
    regions = Region.objects.for_user(request.user)
    asked = request.GET.get("region", "")
    return regions.filter(code=asked).first() or get_object_or_404(regions, code=request.user.scope_prefix)


def regions_below(request, region: Region):
    """The townships of a county, the villages of a township; none below a village."""
    return Region.objects.for_user(request.user).filter(parent=region).order_by("code")
