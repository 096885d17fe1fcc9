"""Every error that a user or operator may meet, drawn as one tree.

XianwenError                 told in one line; never a traceback
├── ConfigError              the configuration file, a key in it, or the environment
├── SourceError              one article could not be read (the others go on)
├── EmbeddingError           a model could not be loaded, or it produced unusable vectors
├── IndexProblem             something about the index folder
│   ├── IndexMissing         nothing has been published yet
│   ├── IndexCorrupt         a checksum, a count or a span does not hold
│   ├── IndexMismatch        built with another model, format or cleaning version
│   └── IndexBusy            another ingest is writing
├── QuestionError            the question cannot be used as it is
│   ├── QuestionEmpty
│   └── QuestionTooLong
└── ServiceError             Telegram, the token, the port, or the life cycle

A message says what happened, where, and what to do about it: ``what, where, what to do``.
"""


class XianwenError(Exception):
    """Base of the tree. ``str(error)`` is the one line shown to whoever ran the command."""


class ConfigError(XianwenError):
    """The configuration cannot be used."""


class SourceError(XianwenError):
    """One article could not be read."""


class EmbeddingError(XianwenError):
    """The embedding model cannot be loaded or used."""


class IndexProblem(XianwenError):
    """The index cannot be used; subclasses say why."""


class IndexMissing(IndexProblem):
    """No generation has been published."""


class IndexCorrupt(IndexProblem):
    """A generation's files do not agree with its manifest."""


class IndexMismatch(IndexProblem):
    """A generation was built with something else than what is configured now."""


class IndexBusy(IndexProblem):
    """Another process holds the writer's lock."""


class QuestionError(XianwenError):
    """The question cannot be used."""


class QuestionEmpty(QuestionError):
    """Nothing is left of the question after trimming."""


class QuestionTooLong(QuestionError):
    """The question is longer than the configured limit."""


class ServiceError(XianwenError):
    """The bot could not start or go on."""
