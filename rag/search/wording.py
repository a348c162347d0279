"""The wording by which authors state a problem, a method, data, results and so on, in any field.

Patterns are regular expressions, one a line, of whole words, in any case. A space stands for any
white space, and `<name>` for what the list of shorthands says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.base.aspects import Kind

_SHORTHANDS = {
    "self": r"(?:we|this (?:paper|work|article|study|thesis|report|review|survey|letter)|here)",
    "makes": r"(?:propos|introduc|present(?!s? (?:evidence|results))|develop|design|describ|devis|"
    r"construct|formulat|buil[dt]|creat|releas|implement)\w*",
    "uses": r"(?:us(?:es?|ed|ing)|employ\w*|appl(?:y|ies|ied|ying)|combin\w+|train(?:s|ed)?|"
    r"fit(?:s|ted)?|adapt(?:s|ed)?|extend\w*|leverag\w+|adopt\w*|deriv\w+|model(?:s|l?ed)?|"
    r"simulat\w+|measur\w+|analy[sz]\w+|estimat\w+|calculat\w+|comput\w+|perform(?:s|ed)?|"
    r"conduct\w*|survey(?:s|ed)?|review(?:s|ed)?|investigat\w+|stud(?:y|ies|ied)|compar\w+|"
    r"examin\w+|explor\w+|evaluat\w+)",
    "count": r"(?:\d[\d,.]*(?: ?(?:[kmb]|thousand|million|billion|trillion)(?!\w))?\+?|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"(?:dozen|hundred|thousand|million|billion)s? of)(?! ?\\?%)",
    "unit": r"(?:param(?:eter)?s?|tokens?|examples?|samples?|images?|videos?|documents?|sentences?|"
    r"words?|pairs?|questions?|tasks?|data ?sets?|benchmarks?|corpora|languages?|participants?|"
    r"patients?|subjects?|people|persons?|adults?|children|infants?|women|men|students?|teachers?|"
    r"respondents?|users?|volunteers?|mice|mouse|rats?|animals?|cells?|genes?|genomes?|proteins?|"
    r"species|stars?|galaxies|clusters?|quasars?|supernovae|events?|particles?|simulations?|"
    r"trials?|studies|articles?|papers?|records?|observations?|measurements?|specimens?|"
    r"sequences?|compounds?|molecules?|households?|countries|cities|sites?|sources?|systems?|"
    r"experts?|annotators?|demonstrations?|trajectories|episodes?|problems?|instances?|"
    r"conversations?|reviews?|posts?|tweets?|hours? of|years? of)",
    "filler": r"(?:[\s-]+(?!(?:and|or|to|of|in|than|the|by|with|for|we|on)\b)[\w-]+)",
    "others": r"(?:existing|previous|prior|current|traditional|conventional|standard|recent|"
    r"state-of-the-art|classical|most|many|earlier|popular) (?:\w+[\s-]+){0,3}(?:methods?|"
    r"approach\w*|models?|works?|techniques?|algorithms?|systems?|stud(?:y|ies)|solutions?|"
    r"research|literature|frameworks?|benchmarks?)",
    "ours": r"our (?:\w+[\s-]+){0,2}(?:method|approach|framework|model|algorithm|system)",
    "denies": r"(?:do(?:es)?|did|can|could|is|are|was|were) ?(?:not|n['’]t) (?:\w+ ){0,2}",
    "best": r"(?:baselines?|existing|previous|prior|state[\s-]of[\s-]the[\s-]art)",
    "source": r"(?:we|results?|experiments?|findings|analys[ie]s|data|simulations?|evaluations?)",
    "program": r"(?:code|implementation|software|package|library|toolkit|source|scripts?)",
    "more": r"(?:better|worse|faster|slower|higher|lower|larger|smaller|fewer|less|more|stronger|"
    r"greater|cheaper|earlier|later)",
    "finds": r"(?<!\bto\s)(?<!\bas\s)(?:show(?:s|n|ed|ing)?|f(?:ound|ind(?:s|ings?)?)|"
    r"demonstrat\w+|prov(?:e|es|ed|en)|reveal\w*|observes?|(?:is|are|was|were) observed|"
    r"conclud\w+|establish\w*|"
    r"indicate[sd]?|report|achiev\w+|outperform\w*|surpass\w*|exceed\w*|attain\w*|obtains?|"
    r"(?:is|are|was|were|we) obtained|yield\w*|confirm\w*|improv(?:es?|ing|ements?)|speeds? up|"
    r"accelerates?|cuts|halves|doubles|boosts?|enhances?|match(?:es|ed|ing)|raises|lowers|saves|"
    r"reduc(?:es?|ing|tions?)|increas(?:es?|ing)|decreas(?:es?|ing)|results? in|lead\w* to|"
    r"(?:is|are|was|were) (?:\w+ )?(?:improved|reduced|increased|decreased)|associated with)",
}


def words_like(patterns: str) -> re.Pattern[str]:
    """The patterns, one a line, as one expression."""
    alternatives = "|".join(line.strip() for line in patterns.splitlines() if line.strip())
    for name, meaning in _SHORTHANDS.items():
        alternatives = alternatives.replace(f"<{name}>", meaning)
    spaced = re.sub(r" (?![?*+{])", r"\\s+", alternatives)
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence that states an aspect, with weights, and what speaks against any.

    `prefers` the beginning of an abstract (-1) or its end (1). `own` allows only what is said once
    the paper speaks of itself (True), or until it does (False).
    """

    signs: tuple[tuple[float, re.Pattern[str]], ...]
    against: re.Pattern[str]
    prefers: int = 0
    own: bool | None = None


OWN_WORK = words_like(r"""
    (?<!as\s)(?<!when\s)(?<!if\s)(?<!how\s)(?<!that\s)<self>(?! (?:can|have|know|often|need)\b)
    our (?:\w+[\s-]+){0,2}(?:work|paper|study|method|approach|results?|findings|analysis|model)
    our (?:\w+[\s-]+){0,2}(?:framework|contributions?|experiments?|algorithm|system|goal|aim)
    the proposed|the present (?:paper|work|study)
    (?:is|are) (?:proposed|presented|introduced|reported|studied|investigated|shown)
    methods?(?: and \w+)? ?:
""")  # where a paper begins to speak of itself

_PROBLEM = Signs(
    (
        (1.5, words_like(r"""
            challeng\w+|difficult\w*|bottlenecks?|obstacles?|unclear|unresolved|unexplored
            (?:is|are|remains?) (?:\w+ )?unknown|under-?explored|little is known|poorly understood
            not (?:well|fully) understood|open (?:question|problem|issue)s?|lack(?:s|ing)?|unsolved
            suffers? from|struggl\w+|hinder\w*|hamper\w*|limited by|prohibitive\w*|costly|expensive
            remains? (?:\w+ ){0,2}(?:open|elusive|problem\w*|hard|limited|rare|scarce)|shortage
            gaps? (?:in|between)|drawbacks?|shortcomings?|vulnerab\w+|insufficient\w*|inadequate\w*
            debated?|controvers\w+|the problem of|we (?:address|tackle|ask)
        """)),
        (1.2, words_like(r"""
            (?:aims?|objectives?|goals?|purpose) (?:of|is|was|were|to)
            (?:aims?|objectives?|goals?|purpose|background) ?:
            we (?:aim|seek|set out|want) to
            to (?:determine|investigate|assess|evaluate|understand) (?:whether|how|the|if)
        """)),
        (1.0, words_like(r"""
            <self> (?:\w+ ){0,2}(?:stud(?:y|ies|ied)|investigat\w+|examin\w+|consider\w*|explor\w+)
            <self> (?:\w+ ){0,2}(?:analy[sz]\w+|focus\w*|deals? with|concerns?)
        """)),
        (0.4, words_like("however|yet|despite|although|but")),
        (0.3, words_like("<others>")),
    ),
    against=words_like(r"""
        (?:we|results?|experiments?) (?:\w+ )?(?:show|find|demonstrate|prove|observe|achieve)\w*
        future|conclude|without|well suited
        (?:discuss|outline|highlight|identify)\w* (?:\w+ ){0,3}challenges
    """),
    prefers=-1,
    own=False,
)  # fmt: skip
_METHOD = Signs(
    (
        (1.5, words_like(r"<self> (?:(?!can|could|may)[\w-]+ ){0,3}?<makes>")),
        (1.0, words_like(r"<self> (?:\w+ ){0,2}<uses>|methods?(?: and \w+)? ?:")),
        (1.0, words_like(r"""
            <ours> (?:\w+ ){0,2}(?:is|uses?)
            <ours> (?:combin|consist|rel[iy]|learn|exploit|leverag)\w*
            (?:is|are) (?:propos|introduc|present|develop|design|construct|deriv|employ)ed
            (?:was|were) (?:us|employ|appli|measur|analy[sz]|perform|calculat|conduct)ed
            has been developed
        """)),
        (0.3, words_like(r"called|named|termed|dubbed|novel|new|based on|by \w+ing|via")),
    ),
    against=words_like(r"code\b.{0,40}\bavailable|github\.com|[^?]*\?"),
    prefers=-1,
)  # fmt: skip
_MODEL_SIZE = words_like(r"(?<![.-])\d+(?:\.\d+)?[mb](?:[\s-]+param\w*)?")  # "7B", "360m"
_AMOUNT = words_like(r"""
    (?<![.-])<count><filler>{0,3}?[\s-]+<unit>
    \d[\d,.]* (?:thousand|million|billion|trillion) (?!years|times|dollars|euros|solar|k?m\b)[a-z]+
""")
_DATA = Signs(
    (
        (1.0, _AMOUNT),
        (1.0, words_like(r"""
            (?<!-)data ?sets?|corpus|corpora|samples? of|databases?|cohorts?|catalog(?:ue)?s?
            (?<!we\s)(?<!to\s)benchmarks?(?! (?:our|the|environment))
            (?:real|real-world|synthetic|simulated|observational|experimental) data
            (?<!its\s)(?<!their\s)(?<!infinite\s)(?:training|test) data
            (?:public|clinical|survey|labell?ed|unlabell?ed|archival|historical|longitudinal) data
            (?:photometric|spectroscopic|administrative|census|sensor|genomic|satellite) data
        """)),
        (1.0, _MODEL_SIZE),
    ),
    against=words_like(
        r"github\.com|(?:code|data)\b.{0,30}\bavailable|[^?]*\?|needs? no\b[^.;]{0,40}\bdata"
    ),
    prefers=-1,
    own=True,
)  # fmt: skip
_SCALE = Signs(
    ((1.0, _AMOUNT), (1.0, _MODEL_SIZE)),
    against=words_like(r"github\.com"),
    prefers=-1,
    own=True,
)
_BASELINES = Signs(
    (
        (0.6, words_like(r"""
            compar(?:ed|ison|es?|able|ing) (?:[\w-]+ ){0,3}?(?:to|with|against) \w+
            (?:relative to|versus|vs\.?|in contrast to|as opposed to) \w+
            <more> (?:[\w-]+ ){0,6}?than (?!\d|(?:one|two|three|half|ten|expected|ever)\b)\w+
        """)),
        (0.5, words_like(r"""
            <finds>|performance|accura(?:te|cy)|errors?|loss(?:es)?|quality|speed|cost|efficiency
            \d[\d.]*(?: ?(?:\\?%|percent\w*|x|×|\$?\\times|-?fold|points?|times))
            <more> (?:[\w-]+ ){0,6}?than \w+|we (?:also )?compar\w+
        """)),
        (1.0, words_like(r"""
            outperform\w* [\w-]+|surpass\w* \w+|superior to|on par with|competitive with
            exceed\w* \w+|beats? \w+|beating \w+|improv\w+ (?:up)?on
            over (?:the )?(?:strong |standard |best |current |competitive )?<best>
            baselines?|placebo|control groups?|healthy controls
        """)),
        (0.3, words_like("we|our|results?|experiments?")),
    ),
    against=words_like(r"state-of-the-art\b.{0,60}\b(?:however|but|suffer|require|fail)"),
    prefers=1,
    own=True,
)  # fmt: skip
_RESULT = Signs(
    (
        (1.0, words_like(r"""
            <finds>|(?:results?|conclusions?|findings) ?:|key (?:insights?|findings?|results?)
        """)),
        (0.6, words_like(r"""
            (?<![.-])\d[\d,.]*(?: ?(?:\\?%|percent\w*|x|×|\$?\\times|-?fold|points?|times|[kmb]))
            (?<![.-])\d[\d,.]*(?=[\s)])|p ?[<=>].*
        """)),
        (-0.7, words_like(r"<self> (?:(?!can|could|may)[\w-]+ ){0,3}?<makes>")),
        (-0.5, words_like(r"""
            (?:may|might|could|can) be (?:\w+ )?(?:important|useful|helpful|relevant)
            (?:may|might|could|can) be (?:\w+ )?(?:applied|extended|used)
        """)),
        (-0.5, words_like("unfortunately|however")),
        (-0.6, words_like("we (?:can|believe|hope|expect|argue|discuss)")),
        (0.3, words_like("we|our|results?|experiments?")),
        (0.4, words_like(r"""
            <source> (?:\w+ ){0,3}?(?:show|find|found|demonstrate|prove|reveal|observe)\w*
            <source> (?:\w+ ){0,3}?(?:indicate|suggest|confirm|report|conclude)\w*
        """)),
    ),
    against=words_like(r"""
        aims?|objective|purpose|unclear|unknown|unexplored|[^?]*\?
        github\.com|code\b.{0,40}\bavailable
        we (?:investigat|examin|assess|evaluat|stud|analy[sz]|explor)\w* (?:whether|how|the|if)
    """),
    prefers=1,
    own=True,
)  # fmt: skip
_LIMITS = Signs(
    (
        (1.0, words_like(r"""
            limitations?|caveats?|drawbacks?|weakness(?:es)?|shortcomings?|downsides?
            at the (?:cost|expense|price) of|future (?:work|research|studies)
            further (?:work|research|studies|investigation) (?:is|are)
            <denies>(?:generali[sz]e|scale|hold|transfer|suffice|extend|capture|apply|improve)
            <denies>(?:help|guarantee|account|explain|work)
            cannot (?:\w+ )?(?:capture|explain|handle|account|guarantee|distinguish|resolve)
            cannot (?:fully|always|yet|rule)
            breaks? down|restricted to|not statistically significant
            remains? (?:\w+ ){0,2}(?:open|limited|challenging|unclear|unresolved|difficult)
            (?:works?|holds?|appl(?:y|ies)|valid|applicable|effective|converges?) only
            only (?:works?|holds?|appl(?:y|ies)|valid|applicable|effective)
            no (?:significant|evidence|benefit|effect|improvement)
            under (?:the )?(?:\w+ ){0,2}assumptions?|limited (?:to|by|sample|data)|small sample
            degrad(?:es?|ed) (?:when|for|under|as|with|by)
        """)),
    ),
    against=words_like(r"""
        <others>|(?:which|that|or) (?:(?:is|are|was|were) )?limited to
        overcom\w+|mitigat\w+|alleviat\w+|cannot be (?:overstated|ignored)
        (?:prov(?:e|es|ed|en)|study|investigat\w+)\b.{0,40}limitation\w*
        address\w* (?:th(?:is|ese|e) )?(?:\w+ ){0,2}(?:limitation|shortcoming|drawback|weakness)\w*
        without (?:\w+ ){0,2}(?:degrad|sacrific|los)\w*
    """),
    prefers=1,
    own=True,
)  # fmt: skip
_THEORY = Signs(
    (
        (1.0, words_like(r"""
            (?:we|is|are|was) (?:\w+ ){0,3}?(?:prov(?:e|en|ed)|deriv(?:e|ed))|theorems?|proofs?
            (?:upper|lower|error|regret|generali[sz]ation) bounds?|convergence (?:rate|guarantee)s?
            theoretical(?:ly)?|necessary and sufficient|closed[\s-]form
        """)),
    ),
    against=words_like("<others>"),
    own=True,
)  # fmt: skip
_COMPUTE = Signs(
    (
        (1.0, words_like(r"""
            [GTC]PUs?|FLOPs?|wall[\s-]?clock|run-?time|latency|throughput|speed-?ups?|memory
            computational (?:cost|complexity|budget|efficiency|overhead)|energy consumption
            (?:training|inference) (?:time|cost|compute|speed)|compute(?: budget)?
            times faster|\d[\d.]* ?[x×] faster
        """)),
        (0.4, words_like(r"(?<![.-])\d[\d,.]*")),
    ),
    against=words_like(r"github\.com"),
    prefers=1,
    own=True,
)  # fmt: skip
_CODE = Signs(
    (
        (1.0, words_like(r"""
            <program>\b[^.;]{0,60}\b(?:available|released?|open[\s-]sourced?|public(?:ly)?)
            (?:releas|open[\s-]sourc|shar|provid)\w*(?: [\w,-]+){0,6} (?:code|implementations?)
            (?:github|gitlab|bitbucket)\.com|code ?: http\S*
            (?:an|our|as) open[\s-]source (?:software|package|library|implementation|toolkit|code)
        """)),
    ),
    against=words_like("code of conduct|genetic code|error[\\s-]correcting codes?"),
    prefers=1,
)  # fmt: skip

SIGNS: dict[Kind, Signs] = {
    "problem": _PROBLEM,
    "method": _METHOD,
    "data": _DATA,
    "scale": _SCALE,
    "baselines": _BASELINES,
    "result": _RESULT,
    "limits": _LIMITS,
    "theory": _THEORY,
    "compute": _COMPUTE,
    "code": _CODE,
}
