"""Invented names for the demonstration's pupils and staff. Pure; the same number gives the same name."""

from dataclasses import dataclass

_GIVEN = (
    "Aaliyah", "Abel", "Adaeze", "Aisha", "Alfie", "Amara", "Anya", "Arjun", "Asha", "Ayaan", "Beatriz", "Bilal",
    "Caleb", "Carys", "Chidi", "Chloe", "Daniyar", "Darcy", "Dimitri", "Eilidh", "Elif", "Emeka", "Esme", "Farah",
    "Felix", "Finlay", "Gita", "Gwen", "Hana", "Harry", "Hassan", "Ibrahim", "Idris", "Imani", "Isla", "Jasper",
    "Jia", "Kaan", "Kamila", "Keziah", "Kwame", "Laila", "Leo", "Lina", "Lucia", "Malachi", "Maryam", "Mateusz",
    "Minh", "Nadia", "Nathaniel", "Nia", "Niamh", "Noah", "Oliwia", "Oscar", "Parveen", "Petra", "Quentin", "Rafael",
    "Rhys", "Rosa", "Safiya", "Samuel", "Saoirse", "Tariq", "Theo", "Uzma", "Wren", "Yusuf", "Zofia",
)  # fmt: skip
_FAMILY = (
    "Abdi", "Acheampong", "Ahmed", "Alder", "Anwar", "Ashdown", "Baptiste", "Bello", "Birch", "Bondarenko", "Brackley",
    "Cardoso", "Chaudhry", "Chen", "Corrigan", "Dacosta", "Danso", "Demir", "Doyle", "Duarte", "Ekwueme", "Fairweather",
    "Farouk", "Fenwick", "Garrow", "Ghebre", "Gill", "Greenhalgh", "Hadley", "Haddad", "Holloway", "Hussain", "Ibekwe",
    "Ivanova", "Jagger", "Jimenez", "Joshi", "Kaczmarek", "Kamara", "Kelleher", "Khatun", "Lal", "Larkspur", "Lam",
    "Mahmood", "Mbeki-Rowe", "Mensah", "Millward", "Moreau", "Nakamura", "Nkemelu", "Norwood", "Odhiambo", "Okafor",
    "Ortega", "Owusu", "Papadakis", "Patel", "Pryce", "Quarshie", "Rahman", "Reyes", "Rowntree", "Sandhu", "Sesay",
    "Silva", "Tembo", "Thistlewood", "Tran", "Udoka", "Vasquez", "Warsame", "Zielinski",
)  # fmt: skip
_JOBS = (
    "Class teacher, Reception", "Class teacher, Year 1", "Class teacher, Year 2", "Class teacher, Year 3",
    "Class teacher, Year 6", "Deputy head teacher", "Special needs co-ordinator", "Music teacher", "PE teacher",
    "Teaching assistant, Reception", "Teaching assistant, Year 1", "Teaching assistant, Year 2",
    "Teaching assistant, Year 3", "Teaching assistant, Year 4", "Teaching assistant, Year 5",
    "Teaching assistant, Year 6", "Breakfast club lead", "After-school club lead", "Midday supervisor",
    "Premises manager", "Family support worker", "Librarian", "Cook", "Supply teacher",
)  # fmt: skip
# The letter of a unique pupil number checks the twelve digits behind it.
_CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class DemoName:
    """A name, as stories use it: ``{0}`` in full, ``{0.given}`` alone."""

    given: str
    family: str

    def __str__(self) -> str:
        return f"{self.given} {self.family}".strip()


def name_of(number: int) -> DemoName:
    """The name with this number; all those below 5,183 differ, since the lists' lengths share no factor."""
    return DemoName(_GIVEN[number * 17 % len(_GIVEN)], _FAMILY[number * 29 % len(_FAMILY)])


def job_of(number: int) -> str:
    """What the member of staff with this number does."""
    return _JOBS[number % len(_JOBS)]


def upn_of(number: int) -> str:
    """A unique pupil number in the right form: its letter fits its digits."""
    digits = f"{800_000_000_000 + number:012}"
    total = sum(weight * int(digit) for weight, digit in enumerate(digits, start=2))
    return f"{_CHECK_LETTERS[total % len(_CHECK_LETTERS)]}{digits}"
