"""The four places money can stand in, and how each kind of movement may go."""

from collection.money.models import Movement, Place

Kind = Movement.Kind


#: Where each kind of movement starts and ends; a Fact may name another start or end where `_ELSEWHERE` allows it.
ROUTES: dict[str, tuple[Place, Place]] = {
    Kind.COLLECT: (Place.OUTSIDE, Place.VILLAGE),
    Kind.SELF_PAY: (Place.OUTSIDE, Place.TREASURY),
    Kind.DEPOSIT: (Place.VILLAGE, Place.TOWNSHIP),
    Kind.REMIT: (Place.TOWNSHIP, Place.CLEARING),
    Kind.POST: (Place.CLEARING, Place.TREASURY),
    Kind.REFUND: (Place.TREASURY, Place.OUTSIDE),
}


#: A collective's gift comes to the township account without passing through the helper's hands; money is given back
#: from wherever it was banked. Cash still in the village's hands is not refunded: its receipt is voided.
_ELSEWHERE: dict[str, set[tuple[Place, Place]]] = {
    Kind.COLLECT: {(Place.OUTSIDE, Place.TOWNSHIP)},
    Kind.REFUND: {(place, Place.OUTSIDE) for place in (Place.TOWNSHIP, Place.CLEARING)},
}


FIELDS: dict[str, str] = {
    Place.VILLAGE: "in_hand",
    Place.TOWNSHIP: "township",
    Place.CLEARING: "clearing",
    Place.TREASURY: "treasury",
}


BALANCES = ("collected", *FIELDS.values(), "refunded")


NEVER_BELOW_ZERO = (Place.TOWNSHIP, Place.CLEARING, Place.TREASURY)
