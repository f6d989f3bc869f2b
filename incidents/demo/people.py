"""Who of a demonstration school can be in a story, and who of the cast holds which post."""

from schools.demo_cast import CAST, DemoSchool
from schools.demo_names import DemoName
from schools.demo_people import DemoPerson, demo_id, people_of
from schools.roles import POSTS, ROLE_NAMES, Role


def everybody_of(school: DemoSchool) -> dict[str, DemoPerson]:
    """Staff, pupils and the cast's governors, by the key that stories use."""
    governors = (each for each in CAST if each.school == school.key and Role.GOVERNOR in each.roles)
    return people_of(school) | {
        each.key: DemoPerson(
            key=each.key,
            name=DemoName(each.given_name, each.family_name),
            kind="other",
            group=ROLE_NAMES[Role.GOVERNOR],
            person_id=demo_id(school.key, "person", each.key),
            user_id=demo_id("user", each.key),
        )
        for each in governors
    }


def holders_of(school: DemoSchool) -> dict[Role, str]:
    """Who of the cast holds which post, by key."""
    return {post: each.key for each in CAST if each.school == school.key for post in POSTS if post in each.roles}
