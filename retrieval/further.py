"""The next best passages: what else speaks of a question, beside the passages that its answer cites."""

from retrieval import compose
from retrieval.index import Generation
from retrieval.reader import Reader, Tools
from retrieval.sentences import Judged, squeezed
from retrieval.types import Answer, Citation

LEAST_COVERAGE = 0.25  # of the question; the reader sees that these are no claims, only places to read
CANDIDATES = 40


def further(answer: Answer, generation: Generation, tools: Tools, most: int) -> tuple[Citation, ...]:
    """At most ``most`` citations, best first, numbered from 1, each of a passage that the answer does not cite.

    They are of the counties of the question, else of those that the answer cites. A refusal has none.
    """
    if not answer.claims:
        return ()
    reader = Reader(answer.question, generation, tools)
    cited = {citation.passage.id for citation in answer.citations}
    codes = {division.code for division in answer.question.counties}
    codes = codes or {code for citation in answer.citations for code in citation.passage.counties}
    hits = [hit for hit in reader.find(sorted(codes), CANDIDATES) if hit.passage.id not in cited]
    best: dict[str, Judged] = {}
    for one in reader.judged(reader.said(hits)):
        if one.coverage >= LEAST_COVERAGE:
            best.setdefault(one.sentence.hit.passage.id, one)
    told = {squeezed(citation.quote) for citation in answer.citations}
    sentences = [one.sentence for one in best.values() if squeezed(one.sentence.text) not in told]
    found = []
    for number, sentence in enumerate(compose.distinct(sentences, most), start=1):
        passage = sentence.hit.passage
        names = tuple(reader.names[code] for code in passage.counties)
        article = generation.article(passage.article_id)
        found.append(Citation(number, article, passage, sentence.start, sentence.end, names))
    return tuple(found)
