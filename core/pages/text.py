"""What people type is kept whole or refused, never cut: the rest of a number or a reason would be lost unseen."""


def whole(text: str | None, what: str, at_most: int, refused: type[Exception]) -> str:
    """The text without blanks around it; raises `refused` if more than `at_most` characters are left."""
    text = (text or "").strip()
    if len(text) > at_most:
        raise refused(f"{what}太长：最多 {at_most} 个字，现在是 {len(text)} 个，请写短一些。")
    return text
