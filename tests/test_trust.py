"""What the report says of campaigns, loud authors, weights and the sample: said, right, and counted again."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from gold_run import make_run
from report_runs import HOSTILE, statement_of
from voc.datatypes import Author, Campaign, Post, Run
from voc.rank import rank
from voc.report import compose, render
from voc.report.check import check
from voc.weighting import parse, weigh

RULES = "tier:VIP=9"


def a_run() -> Run:
    """Twelve themes; on the first 闪退 one author writes 6 of 10 posts, on 主题 5 of 7 are a campaign."""
    posts, said = [], []

    def say(theme: str, author: str, source: str = "论坛", region: str = "") -> str:
        post = Post(
            id=f"p-{len(posts):04}", text=f"{theme}有问题", author=author, source=source, region=region,
            posted_at=f"2026-03-{1 + len(posts) % 28:02}T00:00:00Z",
        )  # fmt: skip
        posts.append(post)
        said.append((statement_of(post), "系统", theme))
        return post.id

    for n in range(4):
        say("闪退", f"a{n}", region="江苏" if n < 2 else "")
    for _ in range(6):
        say("闪退", "loud")
    hired = [say("主题", f"h{n}") for n in range(5)]
    say("主题", "a0"), say("主题", "a1")
    for theme in range(10):
        for n in range(2 + theme // 3):
            say(f"其他{theme}", f"b{theme}{n}", source="商店" if theme == 9 else "论坛")
    run = make_run(posts, said)
    theme = next(theme.id for theme in run.themes if theme.name == "主题")
    campaign = Campaign(
        id=hired[0], post_ids=tuple(hired), n_accounts=5, n_young=5, first_at="2026-03-11T00:00:00Z",
        last_at="2026-03-15T00:00:00Z", theme_id=theme, rank_believed=2, rank_without=0,
    )  # fmt: skip
    return replace(run, campaigns=(campaign,))


def weighted_run() -> Run:
    run = a_run()
    authors = tuple(Author(id=f"b0{n}", attributes={"tier": "VIP"}) for n in range(2))
    posts = {post.id: post for post in run.posts}
    suggestions = rank(
        run.themes, run.statements, posts, weights=_weights(run), as_of=run.as_of,
        windows=run.windows, bootstrap=20, voices=weigh(run.statements, posts, authors, parse(RULES)),
    )  # fmt: skip
    return replace(run, authors=authors, suggestions=tuple(suggestions), config={**run.config, "author_weights": RULES})


def _weights(run: Run) -> dict[str, float]:
    raw = {k.removeprefix("weight_"): float(v) for k, v in run.config.items() if k.startswith("weight_")}  # type: ignore[arg-type]
    return {name: value / sum(raw.values()) for name, value in raw.items()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("run", [a_run(), weighted_run()], ids=["plain", "weighted"])
def test_every_number_is_counted_again(run: Run, lang: str) -> None:
    assert check(render(compose(run, lang=lang), "json"), run) == []


def test_what_is_wrong_is_found() -> None:
    run = weighted_run()
    content = json.loads(render(compose(run), "json"))
    trust = content["trust"]
    trust["campaigns"][0]["rank_believed"] = 1
    trust["campaigns"][0]["n_young"]["value"] = 4
    trust["stability"]["lines"][0]["rank_worst"] += 1
    trust["stability"]["changes"][0]["top"].reverse()
    trust["stability"]["n_always"]["value"] += 1
    trust["sample"][1]["known_people"]["value"] = 0.9
    content["items"][0]["rank_unweighted"] += 1
    content["items"][1]["weighted_people"]["value"] += 1
    problems = "\n".join(check(content, run))
    places = ("campaigns[0] has ranks", "n_young", "lines[0] moves", "changes[0] has other", "n_always")
    for place in (*places, "known_people", "items[0] has rank", "weighted_people"):
        assert place in problems, place


def test_one_author_with_most_posts_is_shown_and_so_is_a_campaign() -> None:
    report = compose(a_run())
    first = next(item for item in report.items if item.name == "闪退")
    assert first.loudest is not None
    assert (first.loudest.value, first.n_people.value) == (6, 5)
    hired = next(item for item in report.items if item.name == "主题")
    assert hired.suspect is not None
    assert (hired.suspect.value, hired.loudest) == (5, None)
    for form in ("md", "html"):
        text = render(report, form)
        assert "其中 6 条出自同一人，只计一人" in text
        assert "其中 5 条疑似刷帖，整批只计一人" in text
        assert "若逐个账号计数则排第 2 名，若没有这些帖子则不在建议之列" in text


def test_weights_are_told_with_who_moved_and_without_them_nothing_is_said() -> None:
    plain, weighted = compose(a_run()), compose(weighted_run())
    assert plain.trust.weighting is None
    assert weighted.trust.weighting is not None
    told = weighted.trust.weighting.told.text
    assert RULES in told
    assert "涉及 2 人" in told
    assert "加权后上升：其他0（" in told
    for form in ("md", "html", "csv"):
        assert "未加权名次" in render(weighted, form)
        assert "未加权名次" not in render(plain, form)


def test_the_stability_of_the_ten_first_is_told() -> None:
    stability = compose(a_run()).trust.stability
    assert stability is not None
    assert len(stability.changes) == 12
    assert all(len(setting.top) == 10 for setting in stability.changes)
    assert {line.rank for line in stability.lines} >= set(range(1, 11))
    assert stability.told.text.startswith("各权重逐一上下浮动 50% 时，前 10 名中有 ")


def test_the_sample_tells_what_is_known_and_warns() -> None:
    lines = {line.field: line for line in compose(weighted_run()).trust.sample}
    assert set(lines) == {"source", "region", "device", "version", "tier"}
    assert lines["source"].largest == "论坛"
    assert any("八成以上" in warning for warning in lines["source"].warnings)
    assert lines["region"].warnings == ("不到一半的帖子写明地区",)
    assert lines["region"].largest == "", "two people are too few to be named"
    assert lines["device"].warnings == ("没有机型",)
    assert lines["source"].effective is not None
    assert 1 < lines["source"].effective.value < 2


@pytest.mark.parametrize("form", ["md", "html", "csv", "json"])
def test_hostile_names_stay_text(form: str) -> None:
    run = a_run()
    posts = tuple(replace(post, source=HOSTILE[0], text=HOSTILE[1] + post.text) for post in run.posts)
    authors = tuple(Author(id=f"a{n}", attributes={HOSTILE[6]: HOSTILE[0]}) for n in range(4))
    hostile = replace(run, posts=posts, authors=authors, config={**run.config, "author_weights": f"{HOSTILE[6]}:x=2"})
    text = render(compose(hostile), form)
    if form in ("md", "html"):
        assert not re.search(r"(?<!\\)<(?:script>alert|img src=x)", text)
