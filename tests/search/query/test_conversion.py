"""What is still to be converted, as the words that articles hold."""

import pytest

from search.analysis import analyse
from search.analysis.index_terms import spelling_terms
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection
from search.engines.embedded import EmbeddedEngine
from search.engines.standby import StandbyEngine
from search.query.conversion import LONGEST_RUN, MOST_SPELLINGS, convert, with_conversion
from search.query.retrieve import Asked, ask
from search.query.understand import Question
from search.query.values import Mode
from tests.search.engines.documents import document

pytestmark = pytest.mark.django_db  # the rules of synonyms

PUBLIC = ("public",)


def spellings_of(*texts):
    """Of the words of articles with these texts."""
    articles = [set(spelling_terms(text, analyse(text, "ja").tokens)) for text in texts]

    def found(beginning, limit):
        terms = {t for article in articles for t in article if t.startswith(beginning)}
        counts = {term: sum(term in article for article in articles) for term in terms}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit])

    return found


LAW = spellings_of("国家公務員の法律", "公共の交響曲", "公共の施設", "東京都の人口")


def words(conversion):
    return [spellings[0] for spellings in conversion.words]


class TestConvert:
    @pytest.mark.parametrize("typed", ["こっかこうむいん", "kokkakoumuin", "こっかkoumuいん"])
    def test_cuts_kana_and_letters_into_words_of_articles(self, typed):
        found = convert(f"{typed}の", LAW)
        assert (words(found), found.rest) == (["国家", "公務", "員"], "の")

    @pytest.mark.parametrize(
        "typed", ["こっかほうり", "kokkahouri", "kokkahourits", "kokkahouritu", "こっかほうr"]
    )
    def test_tells_what_the_last_word_may_become(self, typed):
        found = convert(typed, LAW)
        assert (words(found), found.becoming) == (["国家"], ("法律",))

    def test_a_single_word_may_be_unfinished(self):
        assert convert("じんこ", LAW).becoming == ("人口",)

    def test_two_letters_become_anything(self):
        assert convert("じ", LAW).becoming == ()

    def test_many_words_are_none(self):
        nouns = ["効果", "高価", "硬貨", "校歌"]
        assert len(nouns) > MOST_SPELLINGS
        assert convert("こう", spellings_of(*nouns)).becoming == ()
        assert convert("こう", spellings_of(*nouns[1:])).becoming != ()

    def test_the_most_frequent_of_a_reading_comes_first(self):
        assert convert("こうきょうの", LAW).words == (("公共", "交響"),)

    def test_fewer_words_and_then_the_more_frequent_are_likelier(self):
        held = spellings_of("党", "京都の塔", "東京", "東京", "東京", "都", "都")
        assert words(convert("とうきょうとj", held)) == ["東京", "都"]

    def test_long_vowels_and_doubled_consonants_tell_words_apart(self):
        held = spellings_of("個人", "高率")
        assert convert("こうり", held).becoming == ("高率",)
        assert convert("こじん", held).becoming == ("個人",)
        assert convert("がっこ", spellings_of("画布")) is None

    @pytest.mark.parametrize("typed", ["ぬるぽぬるぽ", "xqz", "こっかぬるぽ"])
    def test_what_is_no_word_of_articles_stays(self, typed):
        assert convert(typed, LAW) is None
        assert convert(typed, LAW, is_finished=True) is None

    def test_a_finished_word_becomes_no_other(self):
        assert convert("ほうりつ", LAW, is_finished=True).words == (("法律",),)
        assert convert("ほうり", LAW, is_finished=True) is None

    def test_a_particle_stands_as_it_is_typed(self):
        held = spellings_of("公共が来た", "側の下")
        found = convert("こうきょうがした", held, {5: (6, 0.5), 6: (8, 0.5)}, is_finished=True)
        assert words(found) == ["公共", "が", "した"]

    def test_a_doubled_consonant_is_awaited(self):
        held = spellings_of("学校", "画布")
        assert convert("がっ", held).becoming == ()
        assert convert("がっこ", held).becoming == ("学校",)

    def test_a_sentence_in_kana_is_left_alone(self):
        assert convert("の" * LONGEST_RUN, LAW)
        assert convert("の" * (LONGEST_RUN + 1), LAW) is None

    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("tokyo", ["東京"]),
            ("toukyou", ["東京"]),
            ("ｔｏｋｙｏ", ["東京"]),
            ("osaka", ["大阪"]),
            ("suji", ["数字"]),
            ("kokkahoritsu", ["国家", "法律"]),
        ],
    )
    def test_long_vowels_need_not_be_spelt_in_latin_letters(self, typed, read):
        held = spellings_of("東京と大阪", "国家の法律", "数字", "今日")
        assert words(convert(typed, held, is_finished=True, is_lengthened=True)) == read

    def test_words_as_they_are_spelt_are_likelier_than_longer_ones(self):
        held = spellings_of("個人", "公人", "公人")
        found = convert("kojin", held, is_finished=True, is_lengthened=True)
        assert found.words == (("個人",),)

    @pytest.mark.parametrize("typed", ["tokyo", "kyo", "ときょ", "shotoku"])
    def test_short_words_and_kana_are_not_lengthened(self, typed):
        held = spellings_of("今日と明日", "章と徳", "登校")
        assert convert(typed, held, is_finished=True, is_lengthened=True) is None

    @pytest.mark.parametrize("is_lengthened", [False, True])
    @pytest.mark.parametrize("syllables", ["し", "しょう", "こう", "a", "ん", "o", "ou", "shoko"])
    def test_hostile_input_asks_few_questions(self, syllables, is_lengthened):
        texts = ["市", "死", "商", "章", "使用", "仕様", "効", "講", "項", "公共", "案", "安"]
        held = spellings_of(*texts)
        asked = set()

        def of(beginning, limit):
            asked.add((beginning, limit))
            return held(beginning, limit)

        convert((syllables * LONGEST_RUN)[:LONGEST_RUN], of, is_lengthened=is_lengthened)
        assert len(asked) < 150


@pytest.fixture
def engine(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    engine.write(
        [
            document("1", "お支払い", "公共料金、公共の施設。領収書を発行します。", locale="ja"),
            document("2", "音楽", "交響曲を聴く料理店。", locale="ja"),
            document("3", "秘密", "裏金の帳簿。", locale="ja", visibility="staff"),
            document("4", "consoleの使い方", "公共の画面を開きます。", locale="ja"),
        ]
    )
    return engine


def converted(engine, text, visibilities=PUBLIC, locale="ja"):
    question, becoming = with_conversion(Question.read(text, locale), engine, visibilities)
    return question.text, becoming


class TestQuestion:
    def test_is_read_as_if_it_were_converted(self, engine):
        assert converted(engine, "こうきょうりょうきんのりょうし") == (
            "公共料金のりょうし",
            ("領収",),
        )

    def test_long_vowels_are_awaited(self, engine):
        assert converted(engine, "ryokin ") == ("ryokin ", ())

    def test_what_is_converted_already_stays(self, engine):
        assert converted(engine, "公共のりょうき") == ("公共のりょうき", ("料金",))

    def test_words_of_one_reading_find_each_other(self, engine):
        question, _ = with_conversion(Question.read("こうきょうの", "ja"), engine, PUBLIC)
        (homophones,) = question.synonyms
        assert {homophones.terms, *homophones.alternatives} == {("公共",), ("交響",)}

    def test_the_ending_of_a_word_in_kanji_is_none(self, engine):
        assert converted(engine, "取り") == ("取り", ())

    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("console", "ja"),
            ("conso", "ja"),
            ("Ryouki", "ja"),
            ("ryouki", "en"),
        ],
    )
    def test_words_in_latin_letters_stay(self, engine, text, locale):
        assert converted(engine, text, locale=locale) == (text, ())

    def test_words_that_are_not_for_the_reader_are_unknown(self, engine):
        assert converted(engine, "ちょうb") == ("ちょうb", ())
        assert converted(engine, "ちょうb", ("public", "staff")) == ("ちょうb", ("帳簿",))

    def test_an_index_of_an_earlier_release_knows_none(self, engine, monkeypatch):
        live = engine.indices.live("ja")
        monkeypatch.setattr(live, "_unknown", frozenset(["spellings"]))
        assert converted(engine, "りょうき") == ("りょうき", ())

    def test_a_cluster_has_this_hosts_copy_asked(self, engine):
        nowhere = ElasticsearchEngine(Connection("http://127.0.0.1:9", prefix="none-"))
        both = StandbyEngine(nowhere, engine)
        assert converted(both, "りょうき") == ("りょうき", ("料金",))


def test_suggestions_of_what_is_still_to_be_converted(engine):
    asked = Asked(Question.read("こうきょうりょうきんのりょうしゅ", "ja"), Mode.SUGGEST, PUBLIC)
    assert ask(engine, None, asked, limit=5).result.hits[0].id == "1"


class TestSent:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("こうきょうりょうきん", "公共料金"),
            ("こうきょうりょうきん？", "公共料金？"),
            ("りょうきん　りょうしゅうしょ", "料金　領収書"),
            ("ryoukin ryoushuusho", "料金 領収書"),
            ("ryokin ryoshusho", "料金 領収書"),
            ("りょうきんがわからない", "料金がわからない"),
            ("りょうきんしたい", "料金したい"),
            ("consoleの りょうきん", "consoleの 料金"),
        ],
    )
    def test_words_of_articles_are_read(self, engine, text, read):
        question, _ = with_conversion(Question.read(text, "ja"), engine, PUBLIC, is_sent=True)
        assert question.text == read

    @pytest.mark.parametrize(
        "text",
        [
            "鍵をなくした",
            "写真をけしたい",
            "料金がとどかない",
            "公共したい",
            "console",
            "りょうき",
            "",
        ],
    )
    def test_sentences_with_kanji_endings_and_parts_of_words_stay(self, engine, text):
        engine.write([document("5", "死体", "従って体が一度、死体です。", locale="ja")])
        question, _ = with_conversion(Question.read(text, "ja"), engine, PUBLIC, is_sent=True)
        assert question.text == text

    def test_words_that_articles_hold_in_kana_stay(self, engine):
        engine.write([document("5", "りょうきん", "かなで書かれた。", locale="ja")])
        question, _ = with_conversion(
            Question.read("りょうきん", "ja"), engine, PUBLIC, is_sent=True
        )
        assert question.text == "りょうきん"

    def test_english_words_of_the_other_language_stay(self, engine):
        engine.write([document("9", "Ryoukin", "A name.")])
        question, _ = with_conversion(Question.read("ryoukin", "ja"), engine, PUBLIC, is_sent=True)
        assert question.text == "ryoukin"

    @pytest.mark.parametrize(
        ("text", "first"), [("こうきょうりょうきん", "1"), ("こうきょうりょうり", "2")]
    )
    def test_finds_words_of_a_body(self, engine, text, first):
        asked = Asked(Question.read(text, "ja"), Mode.SEARCH, PUBLIC)
        assert ask(engine, None, asked, limit=5).result.hits[0].id == first

    def test_a_reading_counts_once(self, engine):
        def best(text):
            asked = Asked(Question.read(text, "ja"), Mode.SEARCH, PUBLIC)
            return ask(engine, None, asked, limit=1).result.hits[0].score

        engine.write([document("5", "会員の退会", "手順です。", locale="ja")])
        assert best("かいいん") == pytest.approx(best("会員"))


def test_particles_and_endings_stay(engine):
    engine.write([document("5", "死体と遺体", "死体です。", locale="ja")])
    assert converted(engine, "公共したい") == ("公共したい", ())
