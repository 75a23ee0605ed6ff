"""Text that people type is kept whole or refused, never cut: the rest of a reason would be lost unseen."""

from core.refusals import Refused


def clean_text(text: str | None, what: str, at_most: int) -> str:
    """Return the text without blanks around it. Raise Refused if more than `at_most` characters are left."""
    text = (text or "").strip()
    if len(text) > at_most:
        raise Refused(f"{what}太长：最多 {at_most} 个字，现在是 {len(text)} 个，请写短一些。")
    return text


def required_text(text: str | None, what: str, at_most: int = 200) -> str:
    """As `clean_text`; raise Refused if nothing is left."""
    text = clean_text(text, what, at_most)
    if not text:
        raise Refused(f"请填写{what}。")
    return text
