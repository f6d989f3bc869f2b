from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from schools.sealing import SealBroken, seal, unseal


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_as_it_was(content: bytes) -> None:
    sealed = seal(content)
    assert unseal(sealed) == content
    assert unseal(memoryview(sealed)) == content


def test_the_same_content_never_looks_the_same_and_never_shows() -> None:
    content = b"Sam Reed posted a nasty picture"
    assert seal(content) != seal(content)
    assert b"Sam Reed" not in seal(content)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_every_altered_seal_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = seal(content)
    place = data.draw(st.integers(0, len(sealed) - 4))
    altered = bytearray(sealed)
    altered[place] = ord("A") if altered[place] != ord("A") else ord("B")
    with pytest.raises(SealBroken):
        unseal(bytes(altered))


@pytest.mark.parametrize("sealed", [b"", b"nonsense", b"gAAAAA", b"\xff" * 100])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(sealed)


def test_a_new_key_seals_and_the_old_one_still_opens(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SEALING_KEYS = [old]
    before = seal(b"kept")
    settings.SEALING_KEYS = [new, old]
    assert unseal(before) == b"kept"
    after = seal(b"kept")
    settings.SEALING_KEYS = [new]
    assert unseal(after) == b"kept"
    with pytest.raises(SealBroken) as failure:
        unseal(before)
    assert "kept" not in str(failure.value)
    assert failure.value.__suppress_context__
