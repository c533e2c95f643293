"""An optional language model words themes: a name and a user story, from the theme's own quotes and nothing else.

`prompt` says what is sent, `endpoint` sends it (the OpenAI chat protocol), `answer` decides what of the reply is used,
`narrator` keeps the limits. Whatever goes wrong, a theme keeps the name that was built for it.
"""

from voc.llm.narrator import AnswerCache, Narrator, told

__all__ = ["AnswerCache", "Narrator", "told"]
