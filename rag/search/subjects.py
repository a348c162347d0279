"""arXiv's subjects as people call them: each archive, and each category of it by its code.

A line is a code and the names of its subject, as a regular expression. Names that say too little
alone ("applications", "methodology", "performance" of what?) stay out, save with their field.
"""

from __future__ import annotations

_TABLE = """
cs                  computer science|computing|informatics
cs.AI               artificial intelligence
cs.AR               hardware architecture|computer architecture
cs.CC               computational complexity|complexity theory
cs.CE               computational engineering
cs.CG               computational geometry
cs.CL               computation(?: and language|al linguistics)|natural language processing|nlp
cs.CR               cryptography and security|cryptography|security
cs.CV               computer vision|vision
cs.CY               computers and society
cs.DB               databases?
cs.DC               distributed computing|parallel computing
cs.DL               digital libraries
cs.DM               discrete mathematics
cs.DS               data structures and algorithms|data structures|algorithms
cs.ET               emerging technologies
cs.FL               formal languages|automata theory
cs.GR               graphics|computer graphics
cs.GT               computer science and game theory|game theory
cs.HC               human[- ]computer interaction|hci
cs.IR               information retrieval
cs.IT               information theory
cs.LG               machine learning
cs.LO               logic in computer science
cs.MA               multi[- ]?agent systems
cs.MM               multimedia
cs.MS               mathematical software
cs.NA               numerical analysis
cs.NE               neural and evolutionary computing
cs.NI               networking and internet architecture|networking
cs.OS               operating systems
cs.PF               performance
cs.PL               programming languages
cs.RO               robotics
cs.SC               symbolic computation
cs.SD               sound
cs.SE               software engineering
cs.SI               social and information networks|social networks
cs.SY               systems and control|control systems
econ                economics
econ.EM             econometrics
econ.GN             general economics
econ.TH             theoretical economics|economic theory
eess                electrical engineering(?: and systems science)?
eess.AS             audio and speech processing|speech processing|audio processing
eess.IV             image and video processing|image processing|video processing
eess.SP             signal processing
eess.SY             systems and control|control systems
math                math(?:s|ematics)?|mathematical
math.AC             commutative algebra
math.AG             algebraic geometry
math.AP             analysis of pdes|partial differential equations|pdes
math.AT             algebraic topology
math.CA             classical analysis(?: and odes)?
math.CO             combinatorics
math.CT             category theory
math.CV             complex variables|complex analysis
math.DG             differential geometry
math.DS             dynamical systems
math.FA             functional analysis
math.GM             general mathematics
math.GN             general topology
math.GR             group theory
math.GT             geometric topology
math.HO             history(?: and overview)? of mathematics
math.IT             information theory
math.KT             k-theory(?: and homology)?
math.LO             logic|mathematical logic
math.MG             metric geometry
math.MP             mathematical physics
math.NA             numerical analysis
math.NT             number theory
math.OA             operator algebras
math.OC             optimi[sz]ation and control|optimal control
math.PR             probability(?: theory)?
math.QA             quantum algebra
math.RA             rings and algebras|ring theory
math.RT             representation theory
math.SG             symplectic geometry
math.SP             spectral theory
math.ST             statistics theory|mathematical statistics|statistical theory
astro-ph            astro-?physics|astronomy
astro-ph.CO         cosmology(?: and nongalactic astrophysics)?
astro-ph.EP         earth and planetary astrophysics|planetary science|exoplanets
astro-ph.GA         astrophysics of galaxies|galactic astrophysics
astro-ph.HE         high[- ]energy astrophysical phenomena|high[- ]energy astrophysics
astro-ph.IM         instrumentation and methods for astrophysics
astro-ph.SR         solar and stellar astrophysics|stellar astrophysics
cond-mat            condensed[- ]matter(?: physics)?
cond-mat.dis-nn     disordered systems(?: and neural networks)?
cond-mat.mes-hall   mesoscale and nanoscale physics|mesoscopic physics
cond-mat.mtrl-sci   materials science
cond-mat.other      other condensed matter
cond-mat.quant-gas  quantum gases
cond-mat.soft       soft(?: condensed)? matter
cond-mat.stat-mech  statistical mechanics|statistical physics
cond-mat.str-el     strongly correlated electrons
cond-mat.supr-con   superconductivity
gr-qc               general relativity(?: and quantum cosmology)?|quantum cosmology
hep                 high[- ]energy physics|particle physics
hep-ex              (?:high[- ]energy|particle) physics experiments?|experimental particle physics
hep-lat             lattice (?:field theory|qcd)
hep-ph              (?:high[- ]energy|particle) physics phenomenology
hep-th              (?:high[- ]energy|particle) physics theory|theoretical particle physics
math-ph             mathematical physics
nlin                nonlinear sciences?
nlin.AO             adaptation and self-organi[sz]ing systems|self-organi[sz]ing systems
nlin.CD             chaotic dynamics|chaos theory
nlin.CG             cellular automata(?: and lattice gases)?
nlin.PS             pattern formation(?: and solitons)?
nlin.SI             (?:exactly solvable and )?integrable systems
nucl                nuclear physics
nucl-ex             nuclear experiments?|experimental nuclear physics
nucl-th             nuclear theory|theoretical nuclear physics
physics.acc-ph      accelerator physics
physics.ao-ph       atmospheric and oceanic physics|atmospheric physics
physics.app-ph      applied physics
physics.atm-clus    atomic and molecular clusters
physics.atom-ph     atomic physics
physics.bio-ph      biological physics|biophysics
physics.chem-ph     chemical physics
physics.class-ph    classical physics|classical mechanics
physics.comp-ph     computational physics
physics.data-an     data analysis,? statistics and probability
physics.ed-ph       physics education
physics.flu-dyn     fluid dynamics|fluid mechanics
physics.gen-ph      general physics
physics.geo-ph      geophysics
physics.hist-ph     (?:history|philosophy|history and philosophy) of physics
physics.ins-det     instrumentation and detectors
physics.med-ph      medical physics
physics.optics      optics
physics.plasm-ph    plasma physics
physics.pop-ph      popular physics
physics.soc-ph      physics and society|social physics
physics.space-ph    space physics
quant-ph            quantum physics
q-bio               (?:quantitative )?biology
q-bio.BM            biomolecules
q-bio.CB            cell behavior
q-bio.GN            genomics
q-bio.MN            molecular networks
q-bio.NC            neurons and cognition|neuroscience
q-bio.PE            populations and evolution|population biology
q-bio.QM            quantitative methods in biology
q-bio.SC            subcellular processes
q-bio.TO            tissues and organs
q-fin               (?:quantitative )?finance
q-fin.CP            computational finance
q-fin.EC            economics
q-fin.GN            general finance
q-fin.MF            mathematical finance
q-fin.PM            portfolio management
q-fin.PR            pricing of securities
q-fin.RM            risk management
q-fin.ST            statistical finance
q-fin.TR            trading and market microstructure|market microstructure
stat                statistics
stat.AP             applied statistics
stat.CO             computational statistics|statistical computing
stat.ME             statistical methodology
stat.ML             machine learning
stat.TH             statistics theory|mathematical statistics|statistical theory
physics             physics
"""

CALLED: dict[str, str] = dict(line.split(maxsplit=1) for line in _TABLE.strip().splitlines())
"""Names of subjects by code, as arXiv prints codes."""

TOGETHER = {
    "physics": (
        *("physics", "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
        *("math-ph", "nlin", "nucl-ex", "nucl-th", "quant-ph"),
    ),
    "hep": ("hep-ex", "hep-lat", "hep-ph", "hep-th"),
    "nucl": ("nucl-ex", "nucl-th"),
}
"""Archives that have one name together; "physics" is what arXiv counts as physics."""
