"""What a password must be: ten characters of two kinds, and no word of this trade."""

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from core.accounts.models import User


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("bamboo-rive", None),
        ("Bamboo7774", None),
        ("竹林清风明月-2024", None),
        ("bamboo-r1", "至少|short"),
        ("bambooriver", "两种"),
        ("83910274657", "两种"),
        ("yibao-83910", "yibao"),
        ("Neixiang-2025", "neixiang"),
        ("2025zhengjiao", "zhengjiao"),
        ("内乡医保-20250", "医保"),
        ("xieban01-9x", "xieban01"),
        ("p-13800000001", "13800000001"),
        ("411325100001a", "411325100001"),
        ("password123!", "常见|password"),
    ],
)
def test_a_password(password, message):
    user = User(username="xieban01", name="王晓梅", phone="13800000001", region_id="411325100001")
    if message is None:
        validate_password(password, user)
    else:
        with pytest.raises(ValidationError) as refused:
            validate_password(password, user)
        assert any(word in "".join(refused.value.messages) for word in message.split("|"))


def test_a_password_is_kept_by_argon2_and_one_kept_by_pbkdf2_is_read(settings):
    settings.PASSWORD_HASHERS = [
        "core.accounts.passwords.BoundedArgon2Hasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    encoded = make_password("bamboo-River-77")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("bamboo-River-77", encoded)
    upgraded = []
    earlier = make_password("bamboo-River-77", hasher="pbkdf2_sha256")
    assert check_password("bamboo-River-77", earlier, setter=upgraded.append) and upgraded == ["bamboo-River-77"]
    assert identify_hasher(encoded).algorithm == "argon2"
