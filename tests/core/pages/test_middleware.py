"""Whose address is written down: never one that the client can make up."""

import pytest

from core.pages.middleware import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (1, "", "10.0.0.9"),
    ],
    ids=["no proxy", "a header nobody vouches for", "one", "made up and one", "two", "proxy silent"],
)
def test_client_address(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.9", **headers)) == address


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "accepts", "compressed"),
    [("/login/", "gzip", "gzip"), ("/login/", "identity", None), ("/healthz", "gzip", None)],
)
def test_pages_travel_compressed_and_files_as_they_are(client, address, accepts, compressed):
    assert client.get(address, headers={"Accept-Encoding": accepts}).headers.get("Content-Encoding") == compressed
