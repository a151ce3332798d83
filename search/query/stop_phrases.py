"""Phrases that wrap a question and say nothing of its subject: greetings, thanks, "is there a way".

Only questions are read so, never articles: each of these words may be the subject elsewhere.
"""

import re
from collections.abc import Iterator, Sequence

from search.analysis import Token, TokenKind
from search.query.values import Span

_ENGLISH = (
    r"is it possible|is there an? (?:easy |simple )?way|is there any way|"
    r"what is the (?:best|easiest|right) way|what['’]s the (?:best|easiest|right) way|"
    r"(?:the )?(?:best|easiest|right) way to|"
    r"i (?:want|wanted|would like) to ask (?:you )?about|"
    r"i (?:just )?(?:want|need|would like|am trying|am looking) to(?: know)?|"
    r"i['’]?d like to(?: know)?|i['’]?m (?:trying|looking) to|(?:want|need) to know|"
    r"(?:can|could) (?:some|any)(?:one|body)|does any(?:one|body) know|any(?:one|body) know|"
    r"(?:tell|show|help) me(?: more)?|(?:i )?need (?:some )?help(?: with)?|"
    r"please (?:help|advise|explain)|"
    r"where (?:can|do|could) (?:i|we|you|one) (?:find|get|see)"
    r"(?: (?:(?:any|some|more) )?(?:information|info|details) (?:about|on))?|"
    r"(?:do you have |is there |\A)(?:any |some |more )?(?:information|info|details) (?:about|on)|"
    r"(?:i have |i had |\A)an? question (?:about|on|regarding)|"
    r"(?:an? )?quick question (?:about|on|regarding)|"
    r"\Ahelp with|any help with|would be (?:much |greatly )?appreciated|"
    r"(?:i am|i['’]?m|we are|we['’]re) having (?:trouble|problems|issues|difficulties)(?: with)?|"
    r"any (?:ideas|help|advice|suggestions) (?:is|are|would be) (?:appreciated|welcome)|"
    r"let me know|i was wondering|i don['’]?t know how to|i don['’]?t understand how to|"
    r"many thanks|thanks(?: a lot| in advance| very much)?|thank you(?: very much| in advance)?|"
    r"good (?:morning|afternoon|evening)|dear (?:all|team|support)|kind regards|"
    # "Hello world" and "Hi-Fi" are subjects.
    r"(?:hello|hey|hi)(?: (?:there|all|team|everyone|everybody|guys|folks))?"
    r"(?=[,.!]|\s+(?:i|we|how|can|could|my|is|what|when|please)\b)"
)
_JAPANESE = (
    r"(?:どうぞ)?よろしくお?(?:願い|ねがい)(?:いた|致)?(?:し|申し上げ)ます|"
    r"お(?:願い|ねがい)(?:いた|致)?します|(?:どうも)?ありがとう(?:ございます|ございました)?|"
    r"(?:いつも)?お世話になって(?:い|お)ります|(?:すみません|すいません|申し訳ありません|恐れ入ります)が?|"
    r"こんにちは|こんばんは|おはようございます|はじめまして|"
    r"困って(?:い)?(?:ます|る|おります)|助けて(?:ください|下さい|ほしい)?|"
    r"ご教示(?:ください|下さい|願います|いただけますか)?|ご存じ(?:ですか|の方)?|"
    r"お?(?:聞き|伺い|うかがい|尋ね)(?:し)?たい(?:のですが|です|ことが(?:あります|ございます))?|"
    r"教えて(?:いただけ|頂け|もらえ|くれ)(?:ます|ません)(?:か|でしょうか)|"
    r"(?:詳しく)?(?:が|を)?知りたい(?:のですが|です)?|(?:一つ)?質問(?:です|があります|させてください)|"
    r"に関し(?:て|まして)|に関する情報は(?:どこ(?:に|で)(?:あり|ござい|見られ)ますか)?|の件(?:で|について|ですが)|"
    r"が?(?:分か|わか|分)(?:りません|らない)(?:のですが|です|ので)?|"
    r"(?:良い|よい|いい|何か)?方法は(?:あります|ない(?:です|でしょう))か|"
    r"の(?:仕方|しかた|やり方|やりかた)(?=[をはがとにも、。?？!！\s]|って|$)|"
    r"どう(?:すれば|したら|やれば|やったら)(?:いい(?!ね[をがはの])|よい|良い|よろしい)(?:の|ん)?(?:です|でしょう)?か?"
)
_PHRASES = re.compile(rf"(?<![\w-])(?:{_ENGLISH})(?![\w-])|{_JAPANESE}", re.IGNORECASE)

_AFTER_GREETINGS = " ,.!、。，！\n"


def without_stop_phrases(
    text: str, tokens: Sequence[Token], quoted: Sequence[Span] = ()
) -> tuple[Token, ...]:
    """The tokens, those inside a stop phrase without content; all as they are where nothing else
    has content, so that "thanks" alone is still a question. What is ``quoted`` is meant as it
    stands."""
    marked = tuple(_marked(text, tokens, quoted))
    return marked if any(t.kind is not TokenKind.STOP for t in marked) else tuple(tokens)


def subject(text: str, quoted: Sequence[Span] = ()) -> str:
    """The text without its stop phrases; all of it where nothing else is said."""
    at, parts = 0, []
    for start, end in _phrases(text, quoted):
        parts.append(text[at:start])
        at = end
    left = "".join((*parts, text[at:])).lstrip(_AFTER_GREETINGS)
    return left if any(map(str.isalnum, left)) else text


def _phrases(text: str, quoted: Sequence[Span]) -> list[Span]:
    return [
        (start, end)
        for start, end in (match.span() for match in _PHRASES.finditer(text))
        if not any(first < end and start < last for first, last in quoted)
    ]


def _marked(text: str, tokens: Sequence[Token], quoted: Sequence[Span]) -> Iterator[Token]:
    spans = _phrases(text, quoted)
    for token in tokens:
        inside = any(start <= token.start and token.end <= end for start, end in spans)
        yield token._replace(kind=TokenKind.STOP) if inside else token
