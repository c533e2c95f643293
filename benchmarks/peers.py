"""What voc is compared with: the ways others group texts, and tell kinds, on the same vectors and the same words.

Every peer gets the sentence vectors centred over the corpus and normalised, which helps all of them, and jieba's words
without stop words. Whatever is random has a fixed seed. Peers are installed into an environment of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc import resources
from voc.config import Config
from voc.embed import embed, load_embedder
from voc.kinds import KindClassifier
from voc.pipeline import Reader
from voc.segment import Segmenter, read_words

Matrix = NDArray[np.float32]

SEED = 0
_DISTANCE = 0.8  # of average linkage, the best on vectors alone
# The best by AMI of thirteen settings for themes and seven for areas, tried on these very sets (an advantage): least
# size of a topic, and whether what is left over is given to the nearest one.
_TUNED = {"themes": (5, False), "areas": (40, True)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """Texts in matching form, their vectors (n, 512), the task (``themes`` or ``areas``) and the true number of groups.

    `centred` are the vectors as peers get them.
    """

    texts: Sequence[str]
    tokens: Sequence[list[str]]
    vectors: Matrix
    task: str
    k: int

    @property
    def centred(self) -> Matrix:
        return _unit(self.vectors - self.vectors.mean(axis=0))


def ours(corpus: Corpus) -> Sequence[int]:
    reader = Reader(Config(), corpus.texts, load_embedder("use"), None, lambda step, done, total: None)
    if corpus.task == "themes":
        return reader.themes(corpus.texts, corpus.vectors)
    return reader.areas(corpus.texts, corpus.vectors)[0]


def bertopic(corpus: Corpus) -> Sequence[int]:
    """As it comes, but for the seed and a language setting without which nothing is left of Chinese text."""
    return _bertopic(corpus, size=10)[1]


def bertopic_tuned(corpus: Corpus) -> Sequence[int]:
    size, reduce = _TUNED[corpus.task]
    model, topics = _bertopic(corpus, size=size)
    if not reduce:
        return topics
    return list(model.reduce_outliers(corpus.texts, topics, strategy="embeddings", embeddings=corpus.centred))


def _bertopic(corpus: Corpus, *, size: int) -> tuple[Any, list[int]]:
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    model = BERTopic(
        language="multilingual",
        min_topic_size=size,
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED),
        vectorizer_model=CountVectorizer(analyzer=segmenter().content_words),  # names topics, does not form them
    )
    return model, list(model.fit_transform(list(corpus.texts), corpus.centred)[0])


def top2vec(corpus: Corpus) -> Sequence[int]:
    """As it comes, but for the seed; its words are embedded by the same model and moved by the same mean."""
    from top2vec import Top2Vec

    words = dict(zip(corpus.texts, corpus.tokens, strict=True))
    known = dict(zip(corpus.texts, corpus.centred, strict=True))
    mean, embedder = corpus.vectors.mean(axis=0), load_embedder("use")

    def encode(texts: Sequence[str]) -> Matrix:
        new = [text for text in texts if text not in known]
        found = known | dict(zip(new, _unit(embed(new, embedder) - mean) if new else [], strict=True))
        return np.stack([found[text] for text in texts])

    model = Top2Vec(
        list(corpus.texts),
        embedding_model=encode,
        tokenizer=words.__getitem__,
        umap_args={"n_neighbors": 15, "n_components": 5, "metric": "cosine", "random_state": SEED},
        verbose=False,
    )
    return [int(topic) for topic in model.doc_top]


def k_means(corpus: Corpus) -> Sequence[int]:
    from sklearn.cluster import KMeans

    return list(KMeans(corpus.k, n_init=10, random_state=SEED).fit_predict(corpus.centred))


def lda(corpus: Corpus) -> Sequence[int]:
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(analyzer=lambda tokens: tokens).fit_transform(corpus.tokens)
    return list(LatentDirichletAllocation(corpus.k, random_state=SEED).fit_transform(counts).argmax(axis=1))


def average_linkage(corpus: Corpus) -> Sequence[int]:
    """Themes by distance; areas by the true number, since no distance is known for them."""
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(corpus.centred.astype(np.float64), method="average", metric="cosine")
    how = (_DISTANCE, "distance") if corpus.task == "themes" else (corpus.k, "maxclust")
    return [int(label) for label in fcluster(tree, *how)]


GROUPINGS: Mapping[str, Callable[[Corpus], Sequence[int]]] = {
    "voc": ours,
    "BERTopic, defaults": bertopic,
    "BERTopic, tuned": bertopic_tuned,
    "Top2Vec, defaults": top2vec,
    "k-means, true k": k_means,
    "LDA, true k": lda,
    "average linkage": average_linkage,
}


def our_kinds(texts: Sequence[str], vectors: Matrix, gold: Sequence[str]) -> Sequence[str]:
    classify = KindClassifier(folder=resources.path("models/kinds"), reader=resources.path("models/kinds-reader"))
    return [judgement.kind for judgement in classify(texts, vectors)]


def keyword_rule(texts: Sequence[str], vectors: Matrix, gold: Sequence[str]) -> Sequence[str]:
    """A request where a word asks for something; all others are problems, the most frequent kind."""
    return ["request" if _CUES[0].search(text) else "problem" for text in texts]


def regression(texts: Sequence[str], vectors: Matrix, gold: Sequence[str]) -> Sequence[str]:
    """Logistic regression on the vectors and five cues, each fifth judged by what the other four taught."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    cues = [[bool(cue.search(text)) for cue in _CUES] for text in texts]
    features = np.hstack([_unit(vectors - vectors.mean(axis=0)), np.array(cues, dtype=np.float32)])
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    return list(cross_val_predict(LogisticRegression(C=10, max_iter=2000), features, np.array(gold), cv=folds))


_CUES = tuple(
    map(
        re.compile,
        (
            "希望|建议|能不能|能否|可不可以|求|应该|要是.*就好|什么时候.*支持|请",
            "没有|不支持|缺少|少了|无法",
            "[?？]|怎么|为什么|吗",
            "好用|不错|喜欢|方便|满意|很好|赞",
            "垃圾|差|烂|闪退|卡|失败|不能",
        ),
    )
)

KINDS: Mapping[str, Callable[[Sequence[str], Matrix, Sequence[str]], Sequence[str]]] = {
    "voc": our_kinds,
    "keyword rule": keyword_rule,
    "regression on its own labels": regression,
}


def segmenter() -> Segmenter:
    return Segmenter(stopwords=read_words(resources.path("corpora/lexicon/stopwords.txt")))


def _unit(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
