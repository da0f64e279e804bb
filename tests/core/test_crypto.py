"""Sealed values open only where they belong and only with their key."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, strategies as st

from skilleval.core import crypto


def key(byte):
    return base64.b64encode(bytes([byte]) * 32).decode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_sealed_opens_again(text):
    assert crypto.decrypt(crypto.encrypt(text, bound_to="t.c:1"), bound_to="t.c:1") == text


def test_the_same_text_is_sealed_differently_each_time():
    assert crypto.encrypt("310101", bound_to="a") != crypto.encrypt("310101", bound_to="a")


def test_the_text_cant_be_seen():
    assert b"310101" not in crypto.encrypt("310101", bound_to="a")


@pytest.mark.parametrize("place", ["t.c:2", "t.d:1", "", "t.c:1 "])
def test_a_value_doesnt_open_elsewhere(place):
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(crypto.encrypt("x", bound_to="t.c:1"), bound_to=place)


def test_no_bit_can_be_changed():
    sealed = crypto.encrypt("secret", bound_to="a")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(crypto.Unreadable):
            crypto.decrypt(bytes(altered), bound_to="a")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01a", b"plain text", b"\x01\xff"])
def test_what_isnt_a_sealed_value_is_unreadable(sealed):
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(sealed, bound_to="a")


def test_the_first_key_seals_and_older_ones_still_open(settings):
    settings.FIELD_KEYS = f"old:{key(1)}"
    old = crypto.encrypt("kept", bound_to="a")
    settings.FIELD_KEYS = f"new:{key(2)}, old:{key(1)}"
    assert crypto.decrypt(old, bound_to="a") == "kept"
    assert crypto.key_id_of(crypto.encrypt("x", bound_to="a")) == "new"
    settings.FIELD_KEYS = f"new:{key(2)}"
    with pytest.raises(crypto.Unreadable, match="old"):
        crypto.decrypt(old, bound_to="a")


@pytest.mark.parametrize(
    "configured",
    ["", " , ", key(1), f":{key(1)}", "a:short", "a:AAAA", f"a:{key(1)},a:{key(2)}", f"{'a' * 41}:{key(1)}"],
)
def test_an_unusable_key_ring_is_named(settings, configured):
    settings.FIELD_KEYS = configured
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        crypto.encrypt("x", bound_to="a")


def test_the_blind_index_depends_on_value_and_key(settings):
    settings.INDEX_KEY = key(1)
    first = crypto.blind_index("310101")
    assert (len(first), crypto.blind_index("310101")) == (32, first)
    assert crypto.blind_index("310102") != first
    settings.INDEX_KEY = key(2)
    assert crypto.blind_index("310101") != first
    settings.INDEX_KEY = "AAAA"
    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
        crypto.blind_index("310101")
