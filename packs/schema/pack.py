"""A whole pack."""

from dataclasses import dataclass
from datetime import date

from packs.schema.agreements import Agreement, AgreementRules
from packs.schema.form import Form
from packs.schema.framework import Framework
from packs.schema.guidance import Duty, Guidance, Source
from packs.schema.letters import LetterTemplate
from packs.schema.routing import RoutingTable


class UnknownAgreement(LookupError):
    """The pack has no agreement with this code."""


class UnknownDuty(LookupError):
    """The pack has no duty with this id."""


class UnknownLetter(LookupError):
    """The pack has no letter with this code."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One edition of one authority's policy, in one version."""

    code: str
    version: int
    title: str
    authority: str
    edition: str
    source: str
    """Where it comes from, in plain words."""
    published: int
    """The year of the policy it was taken from."""
    valid_from: date
    valid_until: date | None
    sources: tuple[Source, ...]
    form: Form
    framework: Framework
    agreements: tuple[Agreement, ...]
    agreement_rules: AgreementRules
    duties: tuple[Duty, ...]
    guidance: Guidance
    routing: RoutingTable
    letters: tuple[LetterTemplate, ...]

    @property
    def key(self) -> tuple[str, int]:
        """(code, version): what a record keeps of its pack."""
        return (self.code, self.version)

    @property
    def form_title(self) -> str:
        """The title printed at the top of the form."""
        return self.form.title

    @property
    def officer_title(self) -> str:
        """What this edition calls the one at the school whom the organisation block names."""
        return self.form.officer_title

    def agreement(self, code: str) -> Agreement:
        """The agreement with this code; raises UnknownAgreement."""
        for each in self.agreements:
            if each.code == code:
                return each
        raise UnknownAgreement(code)

    def letter(self, code: str) -> LetterTemplate:
        """The letter to parents with this code; raises UnknownLetter."""
        for each in self.letters:
            if each.code == code:
                return each
        raise UnknownLetter(code)

    def duty(self, duty_id: str) -> Duty:
        """The duty with this id, such as R3; raises UnknownDuty."""
        for each in self.duties:
            if each.id == duty_id:
                return each
        raise UnknownDuty(duty_id)
