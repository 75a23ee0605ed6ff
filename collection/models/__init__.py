from collection.models.closing import CampaignClosing
from collection.models.contributions import Contribution, ContributionFund
from collection.models.declarations import Declaration, DeclarationRow, Feedback
from collection.models.deposits import Deposit, VillageDuty
from collection.models.ledgers import LedgerBatch, LedgerRow
from collection.models.money import Movement, Place, VillageAccount
from collection.models.notices import Objection, PublicNotice
from collection.models.receipts import Receipt, ReceiptBook
from collection.models.refunds import Refund
from collection.models.self_payments import PaidList, SelfPayment
from collection.models.special import DifferenceCase, NotInsured

__all__ = [
    "CampaignClosing",
    "Contribution",
    "ContributionFund",
    "Declaration",
    "DeclarationRow",
    "Deposit",
    "DifferenceCase",
    "Feedback",
    "LedgerBatch",
    "LedgerRow",
    "Movement",
    "NotInsured",
    "Objection",
    "PaidList",
    "Place",
    "PublicNotice",
    "Receipt",
    "ReceiptBook",
    "Refund",
    "SelfPayment",
    "VillageAccount",
    "VillageDuty",
]
