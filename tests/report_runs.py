"""Small runs for the tests of the report: odd, empty, hostile and large ones."""

from __future__ import annotations

from dataclasses import replace

from gold_run import make_run
from voc.datatypes import Post, Run, Statement, content_id

HOSTILE = (
    "<script>alert(1)</script>",
    "]( javascript:alert(1)) ![x](http://evil.example/x.png)",
    "=cmd|' /C calc'!A0",
    "a\x1b[31mb\x00c",
    "abc\u202egnp.exe",
    "坏\ud83d了",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {name} %s",
    "| a | b |\n---\n# 大标题\n> 引用\n```",
)
URLS = (
    "javascript:alert(1)",
    "data:text/html,x",
    'https://a.example/"><b>',
    "https://a.example/(x)",
    "//a.example",
    "http://[",
)


def run_of(texts: list[str], **fields: object) -> Run:
    """One theme that every text belongs to, one post and one person each; `fields` go into every post."""
    posts = [Post(**{"id": f"p-{n:05}", "text": text, "author": f"a{n}", **fields}) for n, text in enumerate(texts)]
    return make_run(posts, [(statement_of(post), "桌面界面", "支持横屏") for post in posts])


def statement_of(post: Post, kind: str = "problem") -> Statement:
    """The whole post as one statement."""
    return Statement(
        id=content_id("s", post.id),
        post_id=post.id,
        position=0,
        text=post.text,
        norm=post.text,
        kind=kind,
        polarity="neg",
        person=post.author or post.text,
    )


def hostile_run() -> Run:
    """Every field that comes from outside holds something nasty."""
    posts = [
        Post(
            id=f"p-{n}",
            text=text,
            title=text,
            source=text,
            author=f"a{n}",
            posted_at=f"2026-03-{1 + 3 * n:02}T00:00:00Z",
            rating=1.0,
            url=URLS[n % len(URLS)],
            device=text,
            region=text,
        )
        for n, text in enumerate(HOSTILE)
    ]
    named = [(statement_of(post), HOSTILE[3 + n % 2], HOSTILE[2 * (n % 2)]) for n, post in enumerate(posts)]
    run = make_run(posts, named)
    return replace(run, rejected=dict.fromkeys(HOSTILE, 1), model=HOSTILE[0], id=HOSTILE[6])


def large_run(n: int = 12_000, n_themes: int = 300) -> Run:
    """`n` statements in `n_themes` themes, the first of them far larger than the others; shaped like real feedback.

    Seven statements come from five posts, a tenth belong to no theme, and every other post has a rating.
    """
    posts = [
        Post(
            id=content_id("p", i),
            text=f"第{i}条：更新之后夜里待机掉电特别快，早上起来只剩一半；希望尽快修复",
            source=("社区论坛", "应用商店")[i % 2],
            author=f"a{i % (n // 2)}",
            posted_at=f"2026-{1 + i % 4:02}-{1 + i % 28:02}T08:00:00Z",
            rating=float(1 + i % 5) if i % 2 else None,
            url=f"https://bbs.example/t/{i}",
        )
        for i in range(n * 5 // 7)
    ]
    triples = []
    for i in range(n):
        post = posts[i % len(posts)]
        theme = 0 if i % 12 == 0 else i % n_themes
        said = replace(statement_of(post), id=content_id("s", i), position=i // len(posts), text=post.text[:26])
        triples.append((said, f"领域{theme % 12}", f"主题{theme}") if i % 10 else (said, "", ""))
    return make_run(posts, triples)
