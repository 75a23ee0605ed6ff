"""The county's own authority: a certificate that it signed, for the names and addresses that phones type."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "own-ca"


def run(*arguments):
    return subprocess.run([str(SCRIPT), *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed; deploy/own-ca needs it")
def test_the_authority_is_made_once_and_the_certificate_anew(tmp_path):
    done = run(tmp_path / "ca", "yb.example.gov.cn", "10.1.2.3")
    assert done.returncode == 0 and "server.crt: OK" in done.stdout
    authority, first = ((tmp_path / "ca" / name).read_bytes() for name in ("ca.crt", "server.crt"))
    assert (tmp_path / "ca" / "ca.key").stat().st_mode & 0o077 == 0
    shown = ["openssl", "x509", "-in", str(tmp_path / "ca" / "server.crt"), "-noout", "-ext", "subjectAltName"]
    names = subprocess.run(shown, capture_output=True, text=True).stdout
    assert "DNS:yb.example.gov.cn" in names and "IP Address:10.1.2.3" in names
    assert run(tmp_path / "ca", "yb.example.gov.cn").returncode == 0
    assert (tmp_path / "ca" / "ca.crt").read_bytes() == authority
    assert (tmp_path / "ca" / "server.crt").read_bytes() != first


def test_without_a_name_it_says_how_it_is_called():
    done = run("/nonexistent")
    assert done.returncode == 2 and "own-ca FOLDER" in done.stdout
