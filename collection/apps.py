from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "collection"
    verbose_name = "征缴"

    def ready(self) -> None:
        self._follow_events()
        self._show_on_pages()
        self._check_sheets()

    def _follow_events(self) -> None:
        """What happens when something happens elsewhere."""
        from collection.consequences import quotes
        from collection.consequences import services as consequences
        from collection.contributions.bookings import on_booked, on_ended
        from collection.contributions.services import paid_residents
        from collection.door import services as door
        from collection.entitlements.services import end_second_enrolments
        from collection.gifts import spending
        from collection.gifts.kept import on_kept
        from collection.ledgers.booking import on_recorded
        from collection.messages.events import tell_booked
        from collection.messages.kinds import register_kinds
        from collection.newborns import services as newborns
        from collection.receipts import carrying
        from collection.schools import collecting
        from collection.self_payments import services as self_payments
        from collection.villages import openings
        from collection.visits import causes
        from collection.visits import services as visits
        from residents.duplicates.hooks import on_merging
        from residents.people.facts import FactKind, on_fact
        from subsidies.campaigns.hooks import counts_insured, on_adopted, on_opened, on_village_leaving
        from subsidies.openings.steps import PlannedStep, add_step
        from subsidies.quotes.parents import on_asked

        on_asked(paid_residents)
        on_merging(end_second_enrolments)
        on_fact(newborns.follow_children, kinds=newborns.FACTS)
        on_fact(newborns.follow_parents, kinds={FactKind.STATUS})
        on_fact(consequences.follow_statuses, kinds={FactKind.STATUS, FactKind.MERGED})
        on_fact(quotes.follow_quotes, kinds=set(quotes.FACTS))
        on_adopted(quotes.follow_policy)
        on_opened(causes.seed_causes)
        counts_insured(openings.insured_by_village)
        on_village_leaving(openings.reasons_to_stay)
        add_step(PlannedStep("books", "空白收据", 50, "proposal_books", carrying.look, carrying.apply))
        on_booked(consequences.follow_bookings, concerned=consequences.concerned_by_bookings)
        on_booked(visits.follow_bookings, concerned=visits.told_payments_of)
        on_booked(visits.drop_exclusions, concerned=visits.exclusions_of)
        on_booked(door.follow_bookings, concerned=door.booked_from_doors)
        on_recorded(door.follow_recorded)
        on_booked(spending.follow_bookings, concerned=spending.shares_of)
        on_booked(tell_booked)  # after it: the message says what a gift has paid
        register_kinds()
        on_kept(self_payments.follow_kept)
        on_booked(newborns.follow_payments)
        on_ended(quotes.follow_ends)
        on_ended(newborns.follow_payments)
        on_booked(collecting.follow_bookings, concerned=collecting.pupils_among)

    def _show_on_pages(self) -> None:
        """What search, a person's page and the uploads of the app below show of this one."""
        from collection.consequences import story_sections as timeline
        from collection.declarations import upload as feedback_upload
        from collection.messages import story_sections as message_sections
        from collection.receipts import upload as book_upload
        from collection.refunds import upload as bank_upload
        from collection.schools import upload as class_upload
        from collection.self_payments import upload as paid_upload
        from collection.villages import finding as finders
        from collection.villages import story_sections
        from core.finding import registry as finding
        from core.uploads import kinds
        from residents.people import story

        finding.register(30, finders.find_households, page="household_card")
        finding.register(31, finders.find_receipts, page="receipt_detail")
        finding.register(32, finders.find_deposits, page="deposit_detail")
        finding.register(33, finders.find_declarations, page="declaration_detail")
        story.register(30, story_sections.contributions)
        story.register(32, story_sections.way_of_the_money)
        story.register(33, story_sections.schools)
        story.register(34, story_sections.declarations)
        story.register(15, timeline.facts_and_effects)
        story.register(36, story_sections.refunds)
        story.register(37, story_sections.differences)
        story.register(38, story_sections.visits)
        for kind in (feedback_upload.KIND, book_upload.KIND, bank_upload.KIND, paid_upload.KIND, class_upload.KIND):
            kinds.register(kind)
        story.register(39, message_sections.messages)
        story.register(40, story_sections.advices)

    def _check_sheets(self) -> None:
        """The dry runs of the lists that come in here."""
        from collection.accident import dry_run as accident
        from collection.declarations import dry_run as feedback
        from collection.ledgers import dry_run as ledgers
        from collection.receipts import dry_run as books
        from collection.refunds import dry_run as refunds
        from collection.schools import dry_run as classes
        from collection.self_payments import dry_run as paid_lists
        from core.uploads.checks import register_check

        register_check("ledger", ledgers.check)
        register_check("paid", paid_lists.check)
        register_check("feedback", feedback.check)
        register_check("classes", classes.check)
        register_check("books", books.check)
        register_check("refunds", refunds.check)
        register_check("accident", accident.check)
