import pytest

from home.templatetags.portal_tags import address_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/topics/lost-parcel/", "lost parcel"),
        ("/ja/topics/%E8%BF%94%E5%93%81_%E6%89%8B%E9%A0%86", "返品 手順"),
        ("/ja/", ""),
        ("/", ""),
        ("/en/2026/", ""),
        ("/en/" + "a" * 300, "a" * 100),
    ],
)
def test_address_words_are_what_somebody_might_have_typed(path, words):
    assert address_words(path) == words
