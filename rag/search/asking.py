"""What a question asks for: its intent, the facts of records it wants, and the words of asking.

The words of asking ("could you give me a list of …", "stuff", "please") are a closed class: they
say nothing of the subject, whatever the library holds.
"""

from __future__ import annotations

import re

from rag.base.text import STOP_WORDS, stem
from rag.base.types import Intent
from rag.search.definitions import term_meant
from rag.search.names import bare, tokens

_SMALL_TALK = re.compile(
    r"(?:(?:hi|hello|hey|yo|howdy|greetings|good\s+(?:morning|afternoon|evening|day|night)|"
    r"thanks?(?:\s+(?:you|a\s+lot|so\s+much|very\s+much|again))*|cheers|great|nice|cool|perfect|awesome|"
    r"who\s+are\s+you|what\s+are\s+you|what\s+can\s+(?:you|i)\s+(?:do|ask)|how\s+are\s+you|"
    r"how\s+do(?:es)?\s+(?:you|this|it)\s+work|what\s+is\s+this|help(?:\s+me)?|good\s?bye|bye|"
    r"ok(?:ay)?|test|there|everyone|all)\W*)+",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(compar(?:e[sd]?|ing|isons?)|versus|vs\.?|differen\w+\s+(?:between|of|from)|differ|contrast\w*|side\s+by\s+side|"
    r"in\s+common|similarit\w+)(?=\W|$)|\bhow\s+do\s+.+\s+and\s+.+|\bwhat\s+does\s+each\b",
    re.IGNORECASE,
)
# "LOOM versus PISCES.", "The differences between …" and "Set side by side …" ask, though they may
# end as a statement does.
_ASKED_BRIEFLY = re.compile(
    r"\W*(?:(?:the\s+)?(?:\w+\s+){0,2}(?:comparisons?|differences?|similarit\w+|contrasts?)\b.*|"
    r"(?:please\s+)?(?:set|put|lay|place|hold|weigh|juxtapose)\s.*|"
    r"\S+(?:\s+\S+){0,3}\s+(?:versus|vs\.?)\s+\S+(?:\s+\S+){0,3})",
    re.IGNORECASE,
)
_WEIGHS = re.compile(
    r"\b(?:or|than|both|each|either|neither|(?:dis)?agree\w*|contradict\w*)\b|"
    r"\b(which|what|how|who)\b.*\band\s+\1\b",
    re.IGNORECASE,
)
_ASKS_A_FACT = re.compile(
    r"^\W*(?:by\s+|and\s+)?(?:how\s+(?:much|many|well|far|fast|often|large|long)|which|who|when)\b",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(list|which|what|all|any|show|find|give|name|enumerate|looking\s+for|search\s+for|every)\b"
    r"(?:\s+\S+){0,6}?\s+"
    r"(papers|works|articles|publications|studies|preprints)\b|"
    r"^\W*(?:\S+\s+){0,3}(papers|works|articles|publications)\b",
    re.IGNORECASE,
)
# What there is on something: "recent work on …", "do I have anything about …", "which of them are
# about …"; not where a verb follows, as in "research on X shows …".
_COLLECTS = re.compile(
    r"^\W*(?:(?:is|are|was)\s+there\s+)?(?:(?:any|all|some|more|the|recent|new|newer|further|other|"
    r"existing|related|prior|previous|earlier)\s+)*"
    r"(?:(?:works?|research|literature|studies|reading|anything|everything|something|stuff|material)\s+"
    r"(?:on|about|regarding|concerning|related\s+to|dealing\s+with)|studies\s+of)\b"
    r"(?!.*\b(?:is|are|was|were|does|do|did|shows?|finds?|that|what|which|how|why|who|when)\b)",
    re.IGNORECASE,
)
_WHAT_THERE_IS = re.compile(
    r"^\W*what\s+(?:(?:is|are)\s+there|(?:do|have)\s+(?:i|we|you)\s+(?:have|got)|"
    r"ha(?:s|ve)\s+(?:people|others|anyone|anybody|researchers|been)\s+(?:written|published|done))\s+"
    r"(?:on|about)\b|"
    r"\bwhich\s+(?:(?:of\s+)?(?:them|those|these)|ones)\s+(?:(?:is|are)\s+(?:about|on|concerned\s+with)|"
    r"(?:mention|discuss|cover|study|deal\s+with|talk\s+about)s?)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"\b(?:how\s+many|number\s+of|count(?:\s+(?:of|the|all))*)\s+(?:\S+\s+){0,3}?"
    r"(papers|works|articles|publications|studies|preprints)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\b(?:how\s+many|(?:the\s+)?number\s+of)\b", re.IGNORECASE)
_LOOKS_UP = re.compile(
    r"\b(?:which|what|the)\s+(?:\S+\s+){0,2}?(paper|work|article|study|publication)\b",
    re.IGNORECASE,
)
# A firm that does something else, "which company runs the tracker", is no author's.
_OF_PAPERS = (
    r"(?=\W*$|\s+(?:is|are|was|were|did|do|does|has|have|and|or|behind|from|in|of|on|with|wr[io]t|publish|"
    r"author|propos|introduc|develop|releas|work|stud|research|collaborat|contribut|cooperat))"
)
_ASKS: tuple[tuple[str, str], ...] = (
    ("authors", r"\bwho\s+(?:\w+\s+)?(?:wrote|writes|authored|published)\b|\bauthors?\s+of\b|"
     r"\bwho\s+(?:is|are|was|were|['’]s)\s+the\s+(?:\w+\s+)?(?:authors?|writers?)\b|"
     r"\b(?:written\s+|authored\s+)?by\s+whom\b|\bwho\s+(?:is|are|was|were)\s+behind\b|"
     r"\bwho\s+(?:proposed|introduced|developed|invented|created|came\s+up\s+with|made|did|designed)\b|"
     r"['’]s?\s+authors?\b|(?<!most\s)(?<!many\s)\bauthors?\W*$|\b(?:name|list|give)\s+(?:me\s+)?(?:the\s+)?authors?\b"),
    ("author_count", r"\b(?:how\s+many|number\s+of)\s+(?:co-?)?(?:authors|writers)\b|"
     r"\bhow\s+many\s+(?:people|persons|researchers|scientists)\s+"
     r"(?:(?:co-?)?(?:wrote|authored)|worked\s+on|are\s+behind)\b"),
    ("date", r"\bwhen\s+(?:was|were|did)\b|"
     r"\bwhen\s+is\b(?=.{0,60}\b(?:from|published|released|dated|submitted|out)\b)|"
     r"\b(?:what|which)\s+year\b|\band\s+when\b|"
     r"\b(?:publication|release)\s+(?:date|year)\b|\bhow\s+(?:old|recent|new)\s+is\b|"
     r"\bdate\s+of\b|\byear\s+of\b"),
    ("code", r"^(?!.*\blicen[sc]).*\b(?:does|do|did|is|are|has|have)\b.{0,60}\bcode\b"
     r"(?!\s+\w*(?:model|infill|generat|complet))|\bopen[- ]sourced?\W*$"),
    ("orgs", r"\b(?:which|what)\s+(?:labs?|universit(?:y|ies)|institut(?:ions?|es?)|"
     rf"organi[sz]ations?|company|companies|affiliations?)\b{_OF_PAPERS}|\baffiliations?\s+of\b|"
     r"\bwhere\s+(?:is|are|was|were)\s+(?:\S+\s+){1,6}?(?:from|written|done|made)\b"),
    ("category", r"\b(?:which|what)\s+(?:arxiv\s+)?category\b|\bcategory\s+of\b"),
    ("venue", r"\b(?:which|what)\s+(?:journal|conference|venue|proceedings)\b|\bvenue\b|"
     r"\bwhere\s+(?:is|are|was|were)\s+(?:\S+\s+){1,6}?published\b"),
    ("score", r"\b(?:what|which)\s+score\s+does\b.{0,60}\b(?:have|get)\b|"
     r"\bwhat\s+is\s+the\s+score\s+of\b|\bhow\s+(?:high(?:ly)?|well)\s+(?:is|was)\b.{0,60}\b(?:scored|rated)\b"),
)  # fmt: skip

_ASKED = tuple((ask, re.compile(pattern, re.IGNORECASE)) for ask, pattern in _ASKS)

# --- the words of asking -------------------------------------------------------------------------

_HOW = re.compile(
    r"\bhow\s+(?:far|often|well|long|much|many|few|big|large|small|fast|deep|high|old)\b",
    re.IGNORECASE,
)
_POLITE = (
    r"(?:(?:hi|hello|hey|ok|okay|so|well|please|kindly|now|just|also|and|then|but|"
    r"quick\s+question)\b[\s,:!.]*)*"
)
_GET = (
    r"(?:give|show|list|find|get|fetch|tell|send|bring|pull(?:\s+up)?|dig(?:\s+up)?|look\s+up|"
    r"search(?:\s+for)?|display|print|return|name|enumerate|provide|hand|gimme|gather|collect|see|have)"
)
_REQUEST = re.compile(
    rf"^\W*{_POLITE}(?:"
    rf"(?:can|could|would|will|may|might)\s+(?:you|i|we)\s+(?:please\s+|kindly\s+)?(?:be\s+able\s+to\s+)?"
    rf"(?:help\s+me\s+)?{_GET}\b(?:\s+(?:me|us))?|"
    rf"(?:i|we)(?:\s+am|\s+are|['’]m|['’]re)?\s+(?:\w+\s+)?(?:looking|searching|hunting)\s+for|"
    rf"(?:i|we)(?:\s+would|['’]d)?\s+(?:need|want|like|love|wish)(?:\s+to)?(?:\s+(?:see|read|find|know|get|have))?|"
    rf"(?:i|we)\s+(?:am|are|was|were|['’]m)\s+(?:wondering|interested\s+in|curious\s+about)|"
    rf"let\s+(?:me|us)\s+(?:see|have)|(?:do|does|did)\s+(?:you|we|i)\s+(?:have|know(?:\s+of)?)|"
    rf"what\s+(?:do|have)\s+(?:you|we|i)\s+(?:have|got)|what['’]?s?\s+there|"
    rf"{_GET}(?:\s+(?:me|us))?)(?=\W|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[\s,.;!?]*\b(?:please|pls|plz|thanks?(?:\s+(?:you|a\s+lot|in\s+advance|so\s+much))*|thx|cheers|if\s+(?:any|possible|you\s+can)|"
    r"(?:in|from|of|on|within)\s+(?:(?:my|the|our|your|this)\s+)?(?:own\s+)?(?:library|collection|database|shelf|here)|"
    r"(?:are|is)\s+there|do\s+(?:i|we|you)\s+have|have\s+(?:i|we|you)(?:\s+got)?|available|right\s+now)\W*$",
    re.IGNORECASE,
)
_GENERIC_WORDS = (
    "paper work article study publication preprint library collection list show find "
    "give tell name enumerate many much number count write written wrote author publish release "
    "available recent first lead come newest latest oldest please know known use using year date "
    "say report propose introduce present describe explain mention cover deal discuss "
    "find whose category code score compare comparison versus vs difference differ side set "
    "contrast similarity common papers exist contain well summarise summary overview gist main "
    "key result finding conclusion contribution idea point takeaway abstract "
    "coauthor co-author together jointly joint collaborate collaboration anything everything "
    "something researcher professor except exclude besides belong appear submit post upload called "
    "named people person someone "
    "stuff thing whatever whichever anybody anyone somebody everybody everyone ever yet still "
    "either neither want look thank please thanks okay might may shall would could got get "
    "like maybe perhaps possibly literature total altogether overall only exactly manuscript "
    "co-write cowrite coworker collaborator affiliate affiliation oldest earliest newer older "
    "earlier later latter former one ones out came involve involved "
    "instead rather actually again venue else"
)
_GENERIC = frozenset(stem(word) for word in _GENERIC_WORDS.split())
_ENDINGS = re.compile(r"(?:['’](?:s|re|ve|d|m|ll)|n['’]t)$")  # "what's", "I'm", "didn't"


_LEAD = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|well|now|and)[\s,]+)*(?:switching\s+gears|by\s+the\s+way|btw|"
    r"(?:a\s+)?(?:new|different|another|next|unrelated)\s+(?:topic|question|subject|thing)|"
    r"(?:changing|change\s+of)\s+(?:the\s+)?(?:subject|topic)|something\s+(?:else|different)|"
    r"on\s+(?:another|a\s+different)\s+note|one\s+more\s+thing)\s*[:.,;!–—-]+\s*(?=\w)",
    re.IGNORECASE,
)


_CORRECTS = re.compile(
    r"^\W*(?:(?:no|nope|sorry|wait|oh|actually)[\s,.;:!–—-]+)*(?:(?:not\s+(?:that|this)(?:\s+(?:one|paper))?"
    r"[\s,;:–—-]+(?:but\s+)?)?(?:i|we)\s+(?:mean|meant|(?:am|was|are|were)\s+asking\s+about)\b[\s,:]*|"
    r"not\s+(?:that|this)(?:\s+(?:one|paper))?\s*[,;:–—-]+\s*(?:but\s+)?|"
    r"(?<=[,.;:!–—-]\s))(?=\w)",
    re.IGNORECASE,
)  # "no, I mean the paper by …"

_FOR_ITS_AUTHORS = re.compile(
    r"\b(did|do|have|had|according\s+to)\s+the\s+authors\s+of\s+"
    r"(?!.*\b(?:wr[io]t|publish|author|work|else))",
    re.IGNORECASE,
)  # what they did is what the paper tells
_TO_READ = re.compile(
    r"\s+(?:should|shall|can|could|must)\s+(?:i|we|one)\s+(?:read|look\s+at|(?:start|begin)\s+with)"
    r"(?:\s+(?:first|next))?(?:\s+to\s+(?:learn|understand|know)(?:\s+more)?)?\b",
    re.IGNORECASE,
)  # "which paper should I read first on …"
_AND_WHAT_THEY_SAY = re.compile(
    r"[\s,;]+and\s+what\s+(?:(?:do|did|does)\s+(?:they|it|each)(?:\s+(?:each|all))?\s+"
    r"(?:conclude|find|say|show|report|tell|argue|claim)|"
    r"(?:are|were|is)\s+(?:their|its)\s+(?:main\s+)?(?:results?|findings?|conclusions?))\W*$",
    re.IGNORECASE,
)  # a list of papers says so anyway


def without_lead(text: str) -> str:
    """A question without what merely says that it is another one, or that people wrote a paper."""
    return _FOR_ITS_AUTHORS.sub(r"\1 ", _CORRECTS.sub("", _LEAD.sub("", text)))


def without_service(text: str) -> str:
    """A question for papers without what they are for: to be read first, to say what they find."""
    asks_for_papers = _LISTS.search(text) or _LOOKS_UP.search(text)
    return _AND_WHAT_THEY_SAY.sub("?", _TO_READ.sub("", text)) if asks_for_papers else text


def topic_words(text: str) -> list[str]:
    """The words of a question that are about its subject, as written."""
    asked = term_meant(text) or _CLOSING.sub(" ", _REQUEST.sub(" ", text))
    return [
        bare(token)
        for token in tokens(_PHRASES.sub(" ", _HOW.sub(" ", asked)))
        if not _says_little(token.casefold())
    ]


def _says_little(word: str) -> bool:
    bare = _ENDINGS.sub("", word)
    return word in STOP_WORDS or bare in STOP_WORDS or stem(bare) in _GENERIC


_PHRASES = re.compile(
    r"\b(?:came|come|comes|coming|put|puts|bring|brought|got)\s+out\b|\bto\s+(?:my|our)\s+name\b|"
    r"\b(?:part|one)\s+of\b|\bas\s+(?:an?\s+)?(?:co-?)?authors?\b",
    re.IGNORECASE,
)


# --- intents -------------------------------------------------------------------------------------


def is_small_talk(text: str) -> bool:
    """True for a greeting, thanks, or a question about the assistant itself."""
    return bool(_SMALL_TALK.fullmatch(text))


def asked_facts(query: str) -> tuple[str, ...]:
    """The facts of the record that a question asks: "authors", "date", "code" and so on."""
    return tuple(ask for ask, pattern in _ASKED if pattern.search(query))


_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_STATES = re.compile(
    rf"^(?!\W*{_POLITE}(?:who|what|which|when|where|why|how|whose|{_AUX}|{_GET}|tell|explain|describe|"
    r"define|compare|contrast|summari[sz]e|outline|discuss)\b)[^?]*\.[\s\"”’')]*$",
    re.IGNORECASE,
)


def is_statement(question: str) -> bool:
    """True for a sentence that says something, as "SOAP needs fewer steps." does."""
    return bool(_STATES.match(question))


_TELLS = re.compile(
    rf"\b(?:who|what|which|when|where|why|how|whose|if|whether|{_AUX}|may|might|must|we|i|you)\b|"
    r"n['’]t\b|[.;:]\s",
    re.IGNORECASE,
)


def is_topic(text: str) -> bool:
    """True for the name of a subject, "weaving with cards": no question and no sentence."""
    return not _TELLS.search(_REQUEST.sub(" ", text))


def lists_papers(query: str) -> bool:
    """True where papers are asked for in the plural."""
    plain = _REQUEST.sub("", query)
    asked = _LISTS.search(query) or _WHAT_THERE_IS.search(query) or _COLLECTS.search(plain)
    return bool(asked)


def without_count(query: str) -> str:
    """A question for the number of papers on a topic as one for these papers."""
    return _HOW_MANY.sub(" ", query).strip()


def weighs(query: str) -> bool:
    """True for "A or B", "both", "than": what two named papers are held together by."""
    return bool(_WEIGHS.search(query)) and not _is_told(query)


def _is_told(query: str) -> bool:
    """True where two things are compared by a statement, "LOOM is faster than PISCES."."""
    return is_statement(query) and not _ASKED_BRIEFLY.fullmatch(query)


_ONE_OF = re.compile(r"\bwhich\s+of\b.*\b(?:is|was|has)\b[^:;,]*$", re.IGNORECASE)  # "… the oldest"
_NEWS = re.compile(r"\b(?:what(?:['’]?s|\s+is)|anything)\s+new\b", re.IGNORECASE)  # in the plural


def intent_of(query: str, *, is_sorted: bool, asks: tuple[str, ...]) -> Intent:
    """The intent by the form of the question; what it names may change it."""
    if _COUNTS.search(query):
        return "count"
    asks_a_fact = _ASKS_A_FACT.search(query) or _is_told(query)
    if _COMPARES.search(query) and not asks_a_fact:
        return "compare"
    if is_sorted and _ONE_OF.search(query):
        return "lookup"
    if lists_papers(query) or (is_sorted and _NEWS.search(query)):
        return "list"
    if is_sorted or _LOOKS_UP.search(query) or asks:
        return "lookup"
    return "fact"
