"""统一社会信用代码: the 18 characters by which a unit is known (GB 32100-2015). Pure."""

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def normalize(text: object) -> str:
    """The code as a certificate prints it: half-width, capitals, without spaces and hyphens."""
    text = unicodedata.normalize("NFKC", "" if text is None else str(text)).upper()
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Pd"))


def check_character(body: str) -> str:
    """The eighteenth character for seventeen of ALPHABET."""
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def problem_of(code: str) -> str:
    """What is wrong with a normalized code, in words for the screen; "" if it is sound."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现在是 {len(code)} 位，请照营业执照或法人证书核对。"
    if wrong := [character for character in code if character not in _VALUES]:
        return f"统一社会信用代码里不会有“{wrong[0]}”（不用 I、O、S、V、Z），请照证书核对。"
    if check_character(code[:17]) != code[17]:
        return "统一社会信用代码与校验码不符，其中有一位填写有误，请对照证书逐位核对。"
    return ""
