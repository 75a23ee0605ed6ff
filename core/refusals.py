"""The one kind of error with which a service refuses: its text is for the screen and says what to do."""


class Refused(ValueError):
    """A service refuses what was asked. `str(error)` is the sentence for the screen; `field` the entry it is about."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
