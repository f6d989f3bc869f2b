import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules.references import is_safe_reference
from schools.addresses import UnsafeAddress, safe_address
from tests.dispatch.hostile import HOSTILE_ADDRESSES


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("officer@council.example.org", "officer@council.example.org"),
        ("O'Neil+reports@Council.Example.ORG", "O'Neil+reports@council.example.org"),
        ("officer@bücher.example.org", "officer@xn--bcher-kva.example.org"),
        ("a.b-c_d@x1.example.org", "a.b-c_d@x1.example.org"),
    ],
)
def test_plain_addresses_pass(typed: str, sent: str) -> None:
    assert safe_address(typed) == sent


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_hostile_addresses_are_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(UnsafeAddress) as refusal:
        safe_address(address)
    assert not address.strip() or address not in str(refusal.value)


@given(st.text(max_size=80))
def test_what_passes_is_one_mailbox_in_one_line_of_ascii(text: str) -> None:
    for address in (text, f"{text}@example.org", f"officer@{text}"):
        try:
            safe = safe_address(address)
        except UnsafeAddress:
            continue
        assert safe.isascii()
        assert safe.isprintable()
        assert safe.count("@") == 1
        assert not set(safe) & set(' ,;:<>()[]\\"%!')
        assert safe_address(safe) == safe


@pytest.mark.parametrize("reference", ["7KQ2-M4XD", "A", "r1-2-3"])
def test_references_that_may_stand_in_a_subject(reference: str) -> None:
    assert is_safe_reference(reference)


@pytest.mark.parametrize("reference", ["", "-", "A-", "A--B", "A B", "A\r\nBcc: x", "../x", "Ä1", "A" * 21, "A\n"])
def test_references_that_may_not(reference: str) -> None:
    assert not is_safe_reference(reference)
