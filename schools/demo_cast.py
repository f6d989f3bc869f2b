"""The people of the demonstration who can log in. All of them are invented, all addresses are at example.org.

Plain values, without Django: ``bin/demo`` prints them before anything is configured.
"""

from dataclasses import dataclass

from schools.roles import Role

DEMO_PASSWORD = "online-safety-demo"  # noqa: S105
DEMO_PASSPHRASE = "copper-lantern-quiet-harbour-42"  # noqa: S105
DOMAIN = "demo.example.org"


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school of the demonstration, its authority and the policy pack it works by."""

    key: str
    name: str
    address: str
    phone: str
    email: str
    authority_name: str
    officer_name: str
    officer_email: str
    pack_code: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody with a log-in: to whom they belong, what they are there and who that is in a sentence."""

    key: str
    given_name: str
    family_name: str
    school: str
    roles: frozenset[Role]
    job_title: str
    sentence: str
    is_service_administrator: bool = False

    @property
    def email(self) -> str:
        """The address to log in with."""
        return f"{self.key}@{DOMAIN}"

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


RIVERBANK = DemoSchool(
    key="riverbank",
    name="Riverbank Primary School",
    address="12 Weir Lane\nRivermouth\nRM1 4ZZ",
    phone="020 7946 0112",
    email="office@riverbank.example.org",
    authority_name="Rivermouth Borough Council",
    officer_name="Noor Castellan",
    officer_email="online-safety@rivermouth.example.org",
    pack_code="camden_2021",
)
HILLSIDE = DemoSchool(
    key="hillside",
    name="Hillside Secondary School",
    address="Beacon Road\nRivermouth\nRM6 2ZZ",
    phone="020 7946 0345",
    email="office@hillside.example.org",
    authority_name="Rivermouth Borough Council",
    officer_name="Noor Castellan",
    officer_email="online-safety@rivermouth.example.org",
    pack_code="camden_2012",
)
SCHOOLS: tuple[DemoSchool, ...] = (RIVERBANK, HILLSIDE)


def _staff(
    key: str, given: str, family: str, job: str, sentence: str, *posts: Role, school: str = "riverbank"
) -> CastMember:
    return CastMember(key, given, family, school, frozenset({Role.STAFF, *posts}), job, sentence)


CAST: tuple[CastMember, ...] = (
    _staff("teacher", "Tomasz", "Adeyinka", "Class teacher, Year 4", "Class teacher of 4R: reports what happened."),
    _staff(
        "coordinator",
        "Jo",
        "Marsh",
        "Class teacher, Year 5",
        "Online safety co-ordinator: records it, sends it to the authority, confirms the facts for the head.",
        Role.COORDINATOR,
    ),
    _staff(
        "head",
        "Farida",
        "Whitlock",
        "Head teacher",
        "Head teacher: decides on sanctions, handles staff matters; of a case about the head, no trace.",
        Role.HEAD_TEACHER,
    ),
    _staff(
        "dsl",
        "Marcus",
        "Oyelowe",
        "Assistant head teacher, inclusion",
        "Designated safeguarding lead: reads what is not about staff, handles what is handed on.",
        Role.DSL,
    ),
    _staff(
        "deputy",
        "Siobhan",
        "Kaur",
        "Learning mentor",
        "Deputy safeguarding lead: stands in for the lead.",
        Role.DEPUTY_DSL,
    ),
    CastMember(
        "chair",
        "Leonard",
        "Abara",
        "riverbank",
        frozenset({Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS}),
        "",
        "Chair of governors: handles the case about the head teacher, sees no other, and figures of the year.",
    ),
    CastMember(
        "governor",
        "Mei",
        "Hartnell",
        "riverbank",
        frozenset({Role.GOVERNOR}),
        "",
        "Governor: reads whether like cases were decided alike, in figures; sees no case.",
    ),
    CastMember(
        "vice",
        "Oluwaseun",
        "Prendergast",
        "riverbank",
        frozenset({Role.GOVERNOR, Role.VICE_CHAIR}),
        "",
        "Vice chair of governors: takes over where the chair is involved.",
    ),
    CastMember(
        "resources",
        "Helga",
        "Nakamura",
        "riverbank",
        frozenset({Role.GOVERNOR, Role.RESOURCES_CHAIR}),
        "",
        "Chair of the resources committee: is told that there is a staff matter, not what it is.",
    ),
    CastMember(
        "safeguarding",
        "Petra",
        "Osei",
        "riverbank",
        frozenset({Role.GOVERNOR, Role.SAFEGUARDING_GOVERNOR}),
        "",
        "Safeguarding governor: reads the policy, sees no case.",
    ),
    _staff(
        "senco",
        "Aled",
        "Mbeki",
        "SENCO",
        "Special needs co-ordinator: reports, never sees a case.",
        Role.SENCO,
    ),
    CastMember(
        "visitor",
        "Rosa",
        "Tillman",
        "riverbank",
        frozenset({Role.VISITOR}),
        "",
        "Visiting theatre teacher: signs the visitors' agreement before anything else.",
    ),
    CastMember(
        "parent",
        "Danuta",
        "Olorun",
        "riverbank",
        frozenset({Role.PARENT}),
        "",
        "Parent of two pupils: signs for both, by log-in or by the link in an email.",
    ),
    CastMember(
        "pupil",
        "Kofi",
        "Olorun",
        "riverbank",
        frozenset({Role.PUPIL}),
        "",
        "Pupil in 6R: nothing waits for a pupil yet.",
    ),
    _staff(
        "it",
        "Ravi",
        "Lindqvist",
        "Network manager",
        "Network manager: carries out and lifts bans from the internet, never sees why.",
        Role.NETWORK_MANAGER,
    ),
    _staff(
        "office",
        "Grace",
        "Pemberton-Diaz",
        "School business officer",
        "School office: keeps the lists of people, never sees a case.",
        Role.SCHOOL_OFFICE,
    ),
    CastMember(
        "admin",
        "Alex",
        "Service",
        "",
        frozenset(),
        "",
        "Service administrator: schools and their first log-ins at /service/, never a case.",
        is_service_administrator=True,
    ),
    CastMember(
        "admin2",
        "Robin",
        "Service",
        "",
        frozenset(),
        "",
        "The second service administrator: agrees to what the first one asks for.",
        is_service_administrator=True,
    ),
    _staff(
        "coordinator2",
        "Bronwen",
        "Achterberg",
        "Head of computing",
        "Co-ordinator of Hillside Secondary, a second school: sees nothing of the first.",
        Role.COORDINATOR,
        school="hillside",
    ),
    _staff(
        "head2",
        "Yusra",
        "Fontaine",
        "Head teacher",
        "Head teacher of Hillside Secondary.",
        Role.HEAD_TEACHER,
        school="hillside",
    ),
    _staff(
        "dsl2",
        "Callum",
        "Ogunbanjo",
        "Assistant head teacher",
        "Designated safeguarding lead of Hillside Secondary.",
        Role.DSL,
        school="hillside",
    ),
    _staff("teacher2", "Ines", "Rourke", "Teacher of geography", "Teacher at Hillside Secondary.", school="hillside"),
)


def cast_member(key: str) -> CastMember:
    """The member of the cast with this key, such as ``coordinator``. Raises KeyError."""
    return {each.key: each for each in CAST}[key]
