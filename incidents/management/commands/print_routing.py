"""``manage.py print_routing > docs/routing.md``: who handles a case and who must not know, from the packs' tables."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.core.management.base import BaseCommand

from packs import loader
from packs.schema import Pack, RoutingAddition, RoutingLine
from packs.schema.routing import OFFICER, ROUTED_POSTS, Subject
from schools.roles import ROLE_NAMES, Role

INTRODUCTION: Final = """\
# Who gets to know of a case

Printed from the policy packs (`packs/data/*/v*/routing.yaml`) by `manage.py print_routing`; a test fails when it is
not fresh. The rules that read the tables are in `incidents/rules/routing.py`.

When a concern is reported, and again whenever its people, its ticks or the school's posts change, the service works
out where it goes, in this order:

1. **Who is kept out.** Whoever the case is about, whoever is affected by it, and the relatives of both (parent and
   child) hold no post in it, whatever posts they have. Who reported it or saw it is not kept out by that. Saying
   “it is about the head teacher” is enough: it need not name anybody.
2. **Which line.** The first line below that fits. A post in “kept from” keeps its holder out altogether: a head
   teacher who is safeguarding lead as well does not come back in as the lead.
3. **Who handles it.** The first post in the line that somebody holds who is not kept out. Everybody who holds that
   post and is not kept out may handle it. When the school has nobody left, the local authority's officer is told and
   the page says so loudly; a case without a handler does not exist.
4. **What is added.** Everything in the second table that fits, whichever the line was.

Being kept out beats every post. Whoever is kept out sees no trace: not in the log, a count, a search or an export."""
NEWCOMERS: Final = """\
## At a small school

One person may be head teacher, co-ordinator and safeguarding lead at once. A pupil's case then comes to that person.
A case about that person goes to the chair of governors, and the deputy safeguarding lead is told if a child may need
protection. If the school has neither chair nor vice chair, the local authority's officer is told.

## Questions that come up

- **It is about a member of staff, and the head teacher was affected by it.** The head teacher is kept out, and the
  vice chair handles it: the chair stays out, to hear an appeal.
- **A pupil did it, and the child of the chair of governors was affected.** It goes to the co-ordinator as ever; the
  chair, should it ever come so far down the line, is passed over.
- **It is about the co-ordinator.** It is about a member of staff: the head teacher handles it.
- **It is about the safeguarding lead, and a child may need protection.** The head teacher handles it; the deputy is
  told.
- **It is about a teacher who is a governor too.** The line for governors stands first: the chair handles it, past the
  head teacher.
- **It is about a teacher and the head teacher.** Past the head teacher: the chair handles all of it.
- **Somebody is named by typing alone.** Whoever of the school's lists is called that is taken for the one who is meant,
  also where class or job stand beside the name, until whoever handles it chooses who it is. Being called otherwise
  later on lets nobody in.
- **Somebody is named whom the school's lists do not have.** Nobody can be kept out for a name that nobody has. What
  counts is the kind of person (a member of staff?) and the answer to “is it about somebody who works here?”.
- **A new person turns out to be involved.** The case is routed again at once; who may no longer know of it does not,
  on their next click. The history of who handled it stays.
- **It was handed on.** It stays where it was handed to as long as that post stands in the case's line and has
  somebody left.
- **A member of staff is bullied online and wants only the head teacher to know.** They tick it when they report. Only
  a child who may need protection, and what may be against the law, is put before that: the safeguarding lead is then
  told as well."""
SUBJECT_WORDS: Final[dict[Subject, str]] = {
    "chair_of_governors": "the chair of governors",
    "head_teacher": "the head teacher",
    "governor": "a governor",
    "staff": "a member of staff",
}
DECISION_WORDS: Final = {
    "lado": "the LADO's advice considered, and the decision recorded",
    "police": "the police's advice considered, and the decision recorded",
}


class Command(BaseCommand):
    """Prints where cases go, as Markdown."""

    help = "Print who handles a case and who must not know, as Markdown: manage.py print_routing > docs/routing.md"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write("\n".join(lines()))


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield from INTRODUCTION.splitlines()
    for pack in loader.editions():
        yield ""
        yield f"## {pack.title} (`{pack.code}`, version {pack.version})"
        yield ""
        yield from _lines_of(pack)
        yield ""
        yield from _posts_of(pack)
        yield ""
        yield from _additions_of(pack)
    yield ""
    yield from NEWCOMERS.splitlines()


def may_read(pack: Pack, line: str) -> frozenset[Role]:
    """The posts of which this page says that they read, or may come to read, a case that goes by this line."""
    entry = next(each for each in pack.routing.lines if each.code == line)
    posts = {*entry.handled_by, *entry.read_by, *entry.decided_by} - {OFFICER}
    for each in pack.routing.additions:
        if not each.lines or line in each.lines:
            posts.update(each.first_of)
    return frozenset(map(Role, posts - set(entry.kept_from)))


def _lines_of(pack: Pack) -> Iterator[str]:
    yield "| | when | handled by, in order | also read by | sanctions decided by | kept from | duties | from |"
    yield "|---|---|---|---|---|---|---|---|"
    for number, each in enumerate(pack.routing.lines, start=1):
        cells = (
            str(number),
            _when(each),
            ", then ".join(_post(post) for post in each.handled_by),
            _posts(post for post in each.read_by if post != each.handled_by[0]) or "nobody",
            ", then ".join(_post(post) for post in each.decided_by),
            _posts(each.kept_from) or "nobody",
            ", ".join(each.duties),
            ", ".join(each.source),
        )
        yield f"| {' | '.join(cells)} |"


def _posts_of(pack: Pack) -> Iterator[str]:
    numbers = range(1, len(pack.routing.lines) + 1)
    yield "The same by post, for each line:"
    yield ""
    yield f"| | {' | '.join(map(str, numbers))} |"
    yield f"|---|{'---|' * len(numbers)}"
    for post in ROUTED_POSTS:
        cells = (_stands(each, post, may_read(pack, each.code)) for each in pack.routing.lines)
        yield f"| {_post(post)} | {' | '.join(cells)} |"
    yield "| everybody else | " + " | ".join("does not read it" for _ in numbers) + " |"


def _stands(line: RoutingLine, post: str, reading: frozenset[Role]) -> str:
    if post in line.kept_from:
        return "**kept out**"
    if post == line.handled_by[0]:
        return "handles it"
    if post in line.read_by:
        return "reads it"
    if Role(post) in reading and post not in line.handled_by:
        return "only where added"
    return "only as next in line" if post in line.handled_by else "does not read it"


def _additions_of(pack: Pack) -> Iterator[str]:
    yield "Added to whichever line it is:"
    yield ""
    yield "| when | what is added | duties | from |"
    yield "|---|---|---|---|"
    for each in pack.routing.additions:
        cells = (_when_added(pack, each), _added(each), ", ".join(each.duties), ", ".join(each.source))
        yield f"| {' | '.join(cells)} |"


def _when(line: RoutingLine) -> str:
    conditions = []
    if line.subjects:
        conditions.append(f"it is about {' or '.join(SUBJECT_WORDS[each] for each in line.subjects)}")
    if line.in_confidence:
        conditions.append("a member of staff told it in confidence")
    return ", and ".join(conditions) or "anything else"


def _when_added(pack: Pack, each: RoutingAddition) -> str:
    form = pack.form
    boxes = [form.label("types", code) for code in each.types]
    boxes += [form.field(key).label for key in each.flags]
    boxes += [f"considered as {form.label('deliberate_considered_as', code)}" for code in each.considered_as]
    conditions = [" or ".join(f"“{box}”" for box in boxes)] if boxes else []
    if each.subjects:
        words = {**SUBJECT_WORDS, "staff": "somebody who works at the school or governs it"}
        conditions.append(f"it is about {' or '.join(words[subject] for subject in each.subjects)}")
    if each.lines:
        numbers = [str(n) for n, line in enumerate(pack.routing.lines, start=1) if line.code in each.lines]
        conditions.append(f"line {' or '.join(numbers)}")
    return ", and ".join(conditions)


def _added(each: RoutingAddition) -> str:
    added = []
    if each.first_of:
        added.append(f"{', else '.join(_post(post) for post in each.first_of)} is told at once and reads it")
    if each.facts_to:
        added.append(f"{_posts(each.facts_to)} is told that there is a case, and no more")
    added += [DECISION_WORDS[decision] for decision in each.decisions]
    return "; ".join(added)


def _posts(posts: Iterable[str]) -> str:
    return ", ".join(_post(post) for post in posts)


def _post(post: str) -> str:
    return ROLE_NAMES[Role(post)]
