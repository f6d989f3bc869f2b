"""Posts that one person gives and ends; those that take two are in ``appointing``."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from schools.changes import people_changed
from schools.models import Membership, Person, Post, in_force
from schools.roles import GOVERNOR_POSTS, ROLE_NAMES, TWO_PERSON_POSTS, Permission, Role
from schools.rules.posts import is_fit, may_give_alone
from schools.services.problems import EndedAlready, EndsTooEarly, NotAlone, NotForYourself, NotPossible
from schools.viewer import Viewer

_HOLDERS = {True: "a governor who is not on the staff", False: "a member of staff"}


class HoldsIt(NotPossible):
    """The person holds the post already, or will."""

    def __init__(self) -> None:
        super().__init__("This person holds the post already, or is about to.")


class NotFit(NotPossible):
    """The person is not what the holder of this post has to be on its first day."""

    def __init__(self, post: Role) -> None:
        super().__init__(
            f"The post of {ROLE_NAMES[post]} is held by {_HOLDERS[post in GOVERNOR_POSTS]}. "
            "Give this person the right role first, from the same day or earlier."
        )


def give_post(*, by: Viewer, person_id: UUID, post: Role, starts_on: date, ends_id: UUID | None = None) -> Post:
    """Give a post that one person may give, and end a predecessor's time in it if wished. Duty D1 (CM 3.2).

    Eight queries at most. Raises NotAllowed, NotForYourself for one's own, NotAlone for a post that takes two people
    (threat T4), HoldsIt, NotFit, Person.DoesNotExist, Post.DoesNotExist.
    """
    by.must(Permission.APPOINT)
    today = timezone.localdate()
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=person_id)
        if person.pk == by.person_id:
            raise NotForYourself
        if not may_give_alone(post, by=by.roles, to=roles_on(person, today)):
            raise NotAlone
        made = put_in_post(person, post, starts_on)
        changed = {person.pk}
        if ends_id is not None:
            predecessor = end_term(school_id=by.school_id, post_id=ends_id, post=post, before=starts_on)
            if not may_give_alone(post, by=by.roles, to=roles_on(predecessor.person, today)):
                raise NotAlone
            changed.add(predecessor.person_id)
        audit.record(
            "post.given",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="post",
            object_id=made.pk,
            detail={"post": post.value, "ends": str(ends_id or "")},
        )
        people_changed(by.school_id, changed, today)
    return made


def end_post(*, by: Viewer, post_id: UUID, last_day: date) -> None:
    """End a post that one person may end; its last day belongs to it. Duty D1 (CM 3.2).

    Five queries. Raises NotAllowed, NotForYourself, NotAlone for a post that takes two people, EndedAlready,
    EndsTooEarly, Post.DoesNotExist.
    """
    by.must(Permission.APPOINT)
    today = timezone.localdate()
    with transaction.atomic():
        row = (
            Post.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person")
            .get(school_id=by.school_id, pk=post_id)
        )
        if row.person_id == by.person_id:
            raise NotForYourself
        if not may_give_alone(Role(row.post), by=by.roles, to=roles_on(row.person, today)):
            raise NotAlone
        end_row(row, last_day, today)
        audit.record(
            "post.ended",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="post",
            object_id=row.pk,
            detail={"post": row.post},
        )
        people_changed(by.school_id, {row.person_id}, today)


def roles_on(person: Person, day: date) -> frozenset[Role]:
    """The posts a person holds on a day. One query."""
    held = Post.objects.filter(in_force(day), school_id=person.school_id, person=person)
    return frozenset(map(Role, held.values_list("post", flat=True)))


def posts_held(person: Person, today: date) -> frozenset[Role]:
    """The posts that somebody holds or is about to hold. One query."""
    posts = Post.objects.filter(school_id=person.school_id, person=person).exclude(ends_on__lt=today)
    return frozenset(map(Role, posts.values_list("post", flat=True)))


def takes_two_to_change(person: Person, today: date) -> bool:
    """Whether a person holds, or is to hold, a post that takes two people. One query."""
    posts = Post.objects.filter(
        school_id=person.school_id, person=person, post__in=[each.value for each in TWO_PERSON_POSTS]
    )
    return posts.exclude(ends_on__lt=today).exists()


def put_in_post(person: Person, post: Role, starts_on: date) -> Post:
    """Write the term of a post, after looking at who may hold it. Three queries. Raises HoldsIt, NotFit."""
    mine: dict[str, Any] = {"school_id": person.school_id, "person": person}
    if Post.objects.filter(**mine, post=post.value).exclude(ends_on__lt=starts_on).exists():
        raise HoldsIt
    members = Membership.objects.filter(in_force(starts_on), **mine).values_list("role", flat=True)
    if not is_fit(post, frozenset(map(Role, members))):
        raise NotFit(post)
    # What was ended on the day before it began is begun again, for one begins on a day once.
    row, _ = Post.objects.update_or_create(**mine, post=post.value, starts_on=starts_on, defaults={"ends_on": None})
    return row


def end_term(*, school_id: UUID, post_id: UUID, post: Role, before: date) -> Post:
    """End somebody's time in a post with the day before another one's begins. Two queries.

    Raises Post.DoesNotExist, EndedAlready.
    """
    rows = Post.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    row = rows.get(school_id=school_id, pk=post_id, post=post.value)
    if row.ends_on is not None and row.ends_on < before:
        raise EndedAlready
    row.ends_on = max(date.fromordinal(before.toordinal() - 1), date.fromordinal(row.starts_on.toordinal() - 1))
    row.save(update_fields=["ends_on"])
    return row


def end_row(row: Post | Membership, last_day: date, today: date) -> None:
    """Write the last day of a term that still runs. One query. Raises EndedAlready, EndsTooEarly."""
    if row.ends_on is not None and row.ends_on < today:
        raise EndedAlready
    if last_day < row.starts_on:
        raise EndsTooEarly
    row.ends_on = last_day
    row.save(update_fields=["ends_on"])
