"""The models of every topic, where Django looks for them; code imports them from their topics."""

from collection.accident.models import AccidentCover, AccidentHandover, AccidentList, AccidentOffer  # noqa: F401
from collection.advice.models import CoverAdvice  # noqa: F401
from collection.cash.models import Deposit  # noqa: F401
from collection.closing.models import CampaignClosing, ClosingConsent  # noqa: F401
from collection.consequences.models import Consequence  # noqa: F401
from collection.contributions.models import Contribution, ContributionFund  # noqa: F401
from collection.declarations.models import Declaration, DeclarationRow, Feedback, VerdictWord  # noqa: F401
from collection.door.models import CashReturn, DoorEntry, Handover, Phone  # noqa: F401
from collection.duties.models import VillageDuty  # noqa: F401
from collection.entitlements.models import DifferenceCase  # noqa: F401
from collection.finance.models import FundEntry  # noqa: F401
from collection.gifts.models import Gift, GiftMoney, GiftShare, HallPayment  # noqa: F401
from collection.ledgers.models import LedgerBatch, LedgerRow  # noqa: F401
from collection.messages.models import MessageAbout, ReminderBatch  # noqa: F401
from collection.money.models import Movement, Place, VillageAccount  # noqa: F401
from collection.notices.models import Objection, PublicNotice  # noqa: F401
from collection.receipts.models import BookPlan, Receipt, ReceiptBook  # noqa: F401
from collection.refunds.models import Refund, RefundTransfer  # noqa: F401
from collection.repairs.models import RepairPayment  # noqa: F401
from collection.schools.models import ClassList, ClassRow, Pupil, School, SchoolPayment, SchoolStaff  # noqa: F401
from collection.self_payments.models import PaidList, SelfPayment  # noqa: F401
from collection.slip_photos.models import SlipReading  # noqa: F401
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson  # noqa: F401
from collection.tallies.models import DayTally, InstantTally  # noqa: F401
from collection.visits.models import Cause, Exclusion, ToldPayment, Visit, VisitTerms  # noqa: F401
