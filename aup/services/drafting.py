"""Drafts of agreements: kept on the server, one for each agreement, thrown away or published. Duty G3 (NS 3, CM 2.1).

A draft may be as unfinished as it likes; what it must be is asked when it is published.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import Draft
from aup.rules.content import LANGUAGES, Content, next_id
from aup.selectors.editing import Beginning, UnknownLanguage, beginning_of, fitted
from aup.services.publishing import EditedMeanwhile, one_at_a_time
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer


def save_draft(*, by: Viewer, code: str, revision: int, content: Content, now: datetime | None = None) -> Draft:
    """Keep the English text as it was typed. Six queries. Duty G3.

    ``revision`` is the one that was on the page, 0 where there was no draft. A clause without an id, or with one that
    this agreement never had, gets the next that nobody had; consents are those of the agreement, whatever was sent.
    Raises NotAllowed, packs.schema.UnknownAgreement, EditedMeanwhile.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    with transaction.atomic():
        draft, begun = _locked(by, code, revision)
        said = _tidied(code, content, begun)
        translations = {language: fitted(text, said) for language, text in begun.translations.items()}
        return _kept(by, code, draft, said, translations, now or timezone.now())


def save_translation(
    *, by: Viewer, code: str, language: str, revision: int, translation: Content | None, now: datetime | None = None
) -> Draft:
    """Keep a translation beside the English text, or take it out (None). Six queries. Duty G3.

    Raises NotAllowed, UnknownLanguage, packs.schema.UnknownAgreement, EditedMeanwhile.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    if language not in LANGUAGES:
        raise UnknownLanguage
    with transaction.atomic():
        draft, begun = _locked(by, code, revision)
        translations = {each: text for each, text in begun.translations.items() if each != language}
        if translation is not None:
            translations[language] = fitted(translation, begun.content)
        return _kept(by, code, draft, begun.content, translations, now or timezone.now())


def discard_draft(*, by: Viewer, code: str, revision: int) -> None:
    """Throw a draft away; what is published stays. Three queries.

    Raises NotAllowed, Draft.DoesNotExist, EditedMeanwhile.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    with transaction.atomic():
        draft = Draft.objects.select_for_update(no_key=True).get(school_id=by.school_id, code=code)
        if draft.revision != revision:
            raise EditedMeanwhile
        _record(by, "agreement.draft_discarded", draft)
        draft.delete()


def _locked(by: Viewer, code: str, revision: int) -> tuple[Draft | None, Beginning]:
    agreement = pack_of(viewer=by).agreement(code)
    # Also where there is no draft to be locked yet: of two first ones, the second is told.
    one_at_a_time(by.school_id)
    draft = Draft.objects.select_for_update(no_key=True).filter(school_id=by.school_id, code=code).first()
    if (draft.revision if draft else 0) != revision:
        raise EditedMeanwhile
    return draft, beginning_of(by.school_id, agreement, draft)


def _tidied(code: str, typed: Content, begun: Beginning) -> dict[str, Any]:
    said = {each["code"]: each["text"] for each in typed["consents"]}
    return {
        "title": typed["title"],
        "preamble": typed["preamble"],
        "clauses": list(_with_ids(code, typed["clauses"], begun.used_ids)),
        "consents": [{**each, "text": said.get(each["code"], each["text"])} for each in begun.content["consents"]],
    }


def _with_ids(code: str, clauses: Iterable[Mapping[str, str]], used: frozenset[str]) -> Iterable[dict[str, str]]:
    taken: set[str] = set()
    given = set(used)
    for each in clauses:
        own = each["id"]
        if own not in used or own in taken:
            own = next_id(code, {"clauses": []}, tuple(given))
        taken.add(own)
        given.add(own)
        yield {"id": own, "heading": each["heading"], "text": each["text"]}


def _kept(
    by: Viewer,
    code: str,
    draft: Draft | None,
    content: dict[str, Any],
    translations: dict[str, dict[str, Any]],
    now: datetime,
) -> Draft:
    row = draft or Draft(school_id=by.school_id, code=code, revision=0)
    row.content, row.translations = content, translations
    row.revision += 1
    row.edited_at, row.edited_by_id = now, by.person_id
    row.save(force_insert=draft is None)
    _record(by, "agreement.draft_saved", row)
    return row


def _record(by: Viewer, action: str, draft: Draft) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="agreement_draft",
        object_id=draft.pk,
        detail={"code": draft.code, "revision": draft.revision},
    )
