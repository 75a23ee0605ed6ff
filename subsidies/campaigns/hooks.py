"""What an earlier app causes in later ones when a year opens or a policy changes: apps above register in `ready()`.

Registering twice is registering once. All of them run inside the transaction of the change; what they raise undoes it.
"""

from collections.abc import Callable, Collection
from typing import Any

from core.accounts.models import User
from subsidies.campaigns.models import Campaign, PolicyProposal

Adopted = Callable[[Campaign, User | None], None]
Prepared = Callable[[PolicyProposal, Campaign, User], None]
Insured = Callable[[Campaign], dict[str, int]]
Leaving = Callable[[str, Collection[str]], list[str]]

_adopted: list[Adopted] = []
_opened: list[Adopted] = []
_prepared: list[Prepared] = []
_insured: list[Insured] = []
_leaving: list[Leaving] = []
_steps: list[Callable[[PolicyProposal], list[Any]]] = []


def on_adopted(callback: Adopted) -> None:
    """Call `callback` when a campaign runs on another version of its policy."""
    if callback not in _adopted:
        _adopted.append(callback)


def report_adopted(campaign: Campaign, actor: User | None) -> None:
    """Tell everybody who asked that the version changed."""
    for callback in _adopted:
        callback(campaign, actor)


def on_opened(callback: Adopted) -> None:
    """Call `callback` when a campaign was opened, by a page or a command; it must be safe to repeat."""
    if callback not in _opened:
        _opened.append(callback)


def report_opened(campaign: Campaign, actor: User | None) -> None:
    """Tell everybody who asked that the campaign is there."""
    for callback in _opened:
        callback(campaign, actor)


def puts_into_force(callback: Prepared) -> None:
    """Call `callback` with a proposal whose year opens, to carry out what was prepared; it may raise Refused."""
    if callback not in _prepared:
        _prepared.append(callback)


def carry_out_prepared(proposal: PolicyProposal, campaign: Campaign, actor: User) -> None:
    """Let everybody who asked put into force what was prepared for the year."""
    for callback in _prepared:
        callback(proposal, campaign, actor)


def counts_insured(callback: Insured) -> None:
    """Let `callback` say how many people are insured in a campaign, by village code."""
    if callback not in _insured:
        _insured.append(callback)


def insured_by_village(campaign: Campaign) -> dict[str, int]:
    """Village code as recorded → people insured in the campaign."""
    found: dict[str, int] = {}
    for callback in _insured:
        found |= callback(campaign)
    return found


def on_village_leaving(callback: Leaving) -> None:
    """Let `callback` (county, village codes) say what forbids that these villages end under their codes."""
    if callback not in _leaving:
        _leaving.append(callback)


def reasons_to_stay(county: str, villages: Collection[str]) -> list[str]:
    """What forbids that these villages of a county end under their codes: sentences that say what to do first."""
    return [reason for callback in _leaving for reason in callback(county, villages)] if villages else []


def shows_steps(callback: Callable[[PolicyProposal], list[Any]]) -> None:
    """Let `callback` list the steps of preparing a year, for the page of the proposal."""
    _steps[:] = [callback]


def steps_of(proposal: PolicyProposal) -> list[Any]:
    """The steps of preparing a year (subsidies/openings/selectors.py: StepLine)."""
    return [line for callback in _steps for line in callback(proposal)]
