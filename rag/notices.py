"""What is said beside an answer, or in its place, whatever the papers are."""

from __future__ import annotations

EMPTY = (
    "Your library is empty. Load the sample with `askpapers add --sample`, "
    "or add your own papers with `askpapers add FILE`."
)
NEAREST_FIRST = "The nearest papers of your library, nearest first, whether they are close or not."
THERE_MAY_BE_MORE = (
    "These are among the {} nearest papers; your library may have more on this. "
    "Name a year, an author or a narrower topic to see them."
)
NO_POSITION = "No paper of your library supports, contradicts or qualifies this in plain words."
NO_LIMITS = "This paper states no limits of its own in the words that your library has."
NO_SIDES = (
    "Two papers are needed for a comparison, and this names fewer. Name them by title, "
    "or ask to compare the papers on a topic."
)
SMALL_TALK = "Ask me about your papers: what they found, how they compare, who wrote them and when."
UNDEFINED = "None of these sentences says outright what “{}” means."
