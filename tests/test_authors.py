"""Who speaks: levels, who drifts away, what was accepted, whom to invite: each rule on people planted for it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gold_run import gold_run, make_run
from voc.authors import LEVELS, LONGER, Profile, TakenUp, invite, profiles
from voc.authors.invite import CORE_SIGNALS, SPREAD, alike
from voc.datatypes import Author, Exclusion, Kind, Post, Run, Statement
from voc.report import compose, render
from voc.report.check import check
from voc.window import iso

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AS_OF = iso(NOW)
CROWD = ("x1", "x2", "x3")  # others who speak of every theme, so that it counts for breadth


class World:
    """Posts and statements, planted one by one."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.statements: list[Statement] = []
        self.reasons: dict[str, str] = {}
        self.duplicates: dict[str, str] = {}

    def say(self, author: str, days_ago: float | None, theme: str = "", kind: Kind = "problem", text: str = "") -> Post:
        n = len(self.posts)
        posted_at = "" if days_ago is None else iso(NOW - timedelta(days=days_ago))
        post = Post(id=f"p{n:04}", text=text or f"第{n}条说的话", author=author, posted_at=posted_at)
        self.posts.append(post)
        polarity = {"problem": "neg", "praise": "pos"}.get(kind, "neu")
        said = Statement(
            id=f"s{n:04}", post_id=post.id, position=0, text=post.text, norm=post.text,
            kind=kind, polarity=polarity, person=author or post.id, theme_id=theme,
        )  # fmt: skip
        self.statements.append(said)
        return post

    def share(self, *themes: str) -> None:
        """Let three others speak of the themes."""
        for theme in themes:
            for other in CROWD:
                self.say(other, 3, theme, "question")

    def profiles(self, **more: object) -> dict[str, Profile]:
        given = {"as_of": AS_OF, "reasons": self.reasons, "duplicates": self.duplicates} | more
        return {p.author: p for p in profiles(self.posts, self.statements, **given)}

    def of(self, author: str, **more: object) -> Profile:
        return self.profiles(**more)[author]


@pytest.fixture
def world() -> World:
    return World()


def plant(world: World, weeks: int, posts: int, themes: int, quiet: int) -> None:
    """An author `a` with exactly so much activity."""
    names = [f"t{n}" for n in range(themes)]
    world.share(*names)
    for n in range(posts):
        week = n if n < weeks else max(weeks - 1, 0)
        world.say("a", quiet + 7 * week, names[n % themes] if themes else "")


# -- what is computed


def test_a_profile_tells_how_much_since_when_and_of_what(world: World) -> None:
    world.share("t1", "t2")
    world.say("a", 50, "t1", "request")
    world.say("a", 49, "t1")
    world.say("a", 2, "t2", "praise")
    world.say("a", 9, "rare", "need")
    found = world.of("a")
    assert (found.posts, found.weeks, found.first_seen, found.last_seen) == (
        4, 3, "2026-04-12T00:00:00Z", "2026-05-30T00:00:00Z",
    )  # fmt: skip
    assert found.themes == ("t1", "t2")  # most posts first; what nobody else speaks of is no breadth
    assert found.kinds == {"request": 1, "need": 1, "problem": 1, "question": 0, "praise": 1, "other": 0}
    assert found.n_wishes == 2


def test_what_was_left_out_is_counted_and_makes_no_activity(world: World) -> None:
    world.say("a", 3)
    for _ in range(3):
        world.reasons[world.say("a", 20).id] = "advert"
    found = world.of("a")
    assert (found.posts, found.n_left_out, found.weeks, found.barred) == (4, 3, 1, "adverts")


def test_posts_without_author_have_no_profile(world: World) -> None:
    world.say("", 3)
    assert world.profiles() == {}


def test_an_author_of_a_file_without_post_is_known_by_attributes_alone(world: World) -> None:
    found = world.of("b", told=[Author(id="b", attributes={"tier": "金卡"})])
    assert (found.level, found.posts, found.attributes) == ("none", 0, {"tier": "金卡"})


# -- levels


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_reached_by_exactly_what_its_rule_asks_for(world: World, level: str) -> None:
    plant(world, *LEVELS[level])
    assert world.of("a").level == level


ASKED = [
    (level, what) for level, rule in LEVELS.items() for what in rule._fields if what == "quiet" or getattr(rule, what)
]


@pytest.mark.parametrize(("level", "what"), ASKED)
def test_a_level_is_missed_by_one_too_little_or_too_late(world: World, level: str, what: str) -> None:
    rule = LEVELS[level]
    less = rule._replace(**{what: getattr(rule, what) + (1 if what == "quiet" else -1)})
    plant(world, *less)
    world.say("a", None, kind="other")  # known at all
    world.reasons[world.posts[-1].id] = "empty"
    names = ["none", *reversed(LEVELS)]
    assert names.index(world.of("a").level) < names.index(level)


def test_one_text_posted_often_is_one_post_for_the_level(world: World) -> None:
    world.share("t1", "t2", "t3")
    posts = [world.say("a", 7 * n, f"t{1 + n % 3}") for n in range(5)]
    assert world.of("a").level == "strong"
    world.duplicates = {post.id: posts[0].id for post in posts[1:]}
    assert world.of("a").level == "faint"


def test_without_dates_no_more_than_faint_can_be_told(world: World) -> None:
    world.share("t1", "t2", "t3", "t4")
    for n in range(12):
        world.say("a", None, f"t{1 + n % 4}")
    found = world.of("a")
    assert (found.level, found.weeks, found.quiet_days, found.first_seen) == ("faint", 0, None, "")


# -- drifting


def drift(world: World, days: Sequence[float], last: Kind = "problem") -> Profile:
    """Somebody who posted so many days ago, the last time complaining."""
    for day in days[:-1]:
        world.say("a", day, "t1", "question")
    world.say("a", days[-1], "t1", last)
    return world.of("a")


def test_who_was_active_complained_and_fell_silent_is_drifting(world: World) -> None:
    found = drift(world, (100, 90, 80, 70))
    assert found.is_drifting
    assert found.about == {"t1": ("p0003",)}


@pytest.mark.parametrize(
    ("days", "last", "why"),
    [
        ((100, 90, 80), "problem", "three weeks are not active"),
        ((58, 52, 44, 37, 27), "problem", "quiet for less than 28 days"),
        ((200, 180, 140, 80), "problem", "silent that long before"),
        ((100, 90, 80, 70), "praise", "did not complain"),
        ((100, 90, 80, 70), "question", "did not complain"),
    ],
)
def test_who_is_not_drifting(world: World, days: tuple[float, ...], last: Kind, why: str) -> None:
    assert not drift(world, days, last).is_drifting, why


def test_a_complaint_long_before_the_last_post_is_no_reason(world: World) -> None:
    world.say("a", 100, "t1", "problem")
    for day in (95, 88, 80, 70):
        world.say("a", day, "t1", "praise")
    assert not world.of("a").is_drifting


def test_drifting_is_relative_to_the_moment_spoken_for(world: World) -> None:
    drift(world, (100, 90, 80, 70))
    assert world.of("a").is_drifting
    assert not world.of("a", as_of=iso(NOW - timedelta(days=50))).is_drifting


def test_accounts_of_adverts_do_not_drift(world: World) -> None:
    for day in (100, 90, 80, 70):
        world.say("a", day, "t1", "problem")
    world.reasons[world.say("a", 99).id] = "advert"
    assert not world.of("a").is_drifting


def test_of_people_who_post_at_random_no_more_than_one_in_twenty_is_drifting() -> None:
    rng, world, n = random.Random(1), World(), 3000
    for person in range(n):
        for _ in range(4 + person % 3):
            world.say(f"a{person}", rng.uniform(0, 700), "t", "problem")
    found = [p for p in world.profiles().values() if p.weeks >= 4]
    share = sum(p.is_drifting for p in found) / len(found)
    expected = [1 / 20, 1 / 35, 1 / 56]  # 1 / C(gaps + LONGER, LONGER)
    assert LONGER == 3
    assert 0.7 * sum(expected) / 3 < share < 1.15 * sum(expected) / 3


# -- accepted suggestions, response to releases


def taken_up(world: World, **more: object) -> TakenUp:
    posts = {post.id: post for post in world.posts}
    asked = tuple((s, posts[s.post_id]) for s in world.statements if s.theme_id == "t1")
    fields = {"theme_id": "t1", "name": "支持横屏", "since": iso(NOW - timedelta(days=40)), "asked": asked}
    return TakenUp(**(fields | {"theme_ids": frozenset({"t1"}), "keywords": ("横屏", "平板")} | more))


def test_who_asked_before_a_theme_was_taken_up_has_it_accepted(world: World) -> None:
    world.say("before", 60, "t1", "request")
    world.say("after", 30, "t1", "request")
    world.say("praises", 60, "t1", "praise")
    world.say("undated", None, "t1", "request")
    found = world.profiles(taken_up=[taken_up(world)])
    assert {author: profile.accepted for author, profile in found.items()} == {
        "before": ("支持横屏",), "after": (), "praises": (), "undated": (),
    }  # fmt: skip
    assert found["before"].responses == {}  # planned only


def test_the_response_to_a_release_is_the_last_word_of_who_had_asked(world: World) -> None:
    released = iso(NOW - timedelta(days=20))
    for author in ("happy", "angry", "silent", "turned", "elsewhere"):
        world.say(author, 60, "t1", "request")
    world.say("happy", 10, "t9", "praise", "横屏终于有了，好用")
    world.say("angry", 10, "t1", "problem")
    world.say("silent", 10, "t2", "problem", "横屏之外的事")
    world.say("turned", 15, "t1", "problem")
    world.say("turned", 5, "t1", "praise")
    world.say("elsewhere", 10, "t9", "praise", "屏幕好看")
    world.say("late", 10, "t1", "problem")
    found = world.profiles(taken_up=[taken_up(world, released=released)])
    responses = {author: profile.responses.get("支持横屏") for author, profile in found.items()}
    assert responses == {
        "happy": "praised", "angry": "complained", "silent": "silent", "turned": "praised", "elsewhere": "silent",
        "late": None,
    }  # fmt: skip


# -- core users


def regular(world: World, author: str, *, themes: Sequence[str] = ("t1", "t2", "t3"), wish: Kind = "request") -> None:
    for n in range(5):
        world.say(author, 2 + 7 * n, themes[n % len(themes)], wish)


def test_who_is_close_and_asks_for_things_is_a_core_user(world: World) -> None:
    world.share("t1", "t2", "t3")
    regular(world, "asks")
    regular(world, "vents", wish="problem")
    found = world.profiles()
    assert (found["asks"].level, found["asks"].core) == ("strong", "rule")
    assert (found["vents"].level, found["vents"].core) == ("strong", "")


def test_a_file_decides_who_is_a_core_user(world: World) -> None:
    world.share("t1", "t2", "t3")
    for author in ("yes", "no", "none"):
        regular(world, author)
    world.say("quiet", 3)
    told = [
        Author(id=name, attributes={"core": word}) for name, word in (("yes", "yes"), ("no", "no"), ("quiet", "yes"))
    ]
    found = world.profiles(told=told)
    assert {name: found[name].core for name in ("yes", "no", "none", "quiet")} == {
        "yes": "both", "no": "", "none": "rule", "quiet": "file",
    }  # fmt: skip


def test_accounts_of_adverts_campaigns_and_one_theme_are_never_core_not_even_by_file(world: World) -> None:
    world.share("t1", "t2", "t3")
    for author in ("spam", "bot1", "loud"):
        regular(world, author)
    world.reasons[world.say("spam", 1).id] = "templated praise"
    text = "强烈要求恢复旧版主题商店，不恢复就换机"
    copies = [world.say(f"bot{1 + n % 4}", 1, text=text) for n in range(20)]
    world.duplicates = {post.id: copies[0].id for post in copies[1:]}
    for n in range(12):
        world.say("loud", 3 * n, "t1", "request")
    told = [Author(id=name, attributes={"core": "yes"}) for name in ("spam", "bot1", "loud")]
    found = world.profiles(told=told)
    assert {name: found[name].barred for name in ("spam", "bot1", "loud")} == {
        "spam": "adverts", "bot1": "campaign", "loud": "one theme",
    }  # fmt: skip
    assert [invitation.profile.author for invitation in invite(found.values())] == []


def test_a_short_text_in_common_is_no_campaign(world: World) -> None:
    posts = [world.say(f"a{n}", 1, text="闪退") for n in range(9)]
    world.duplicates = {post.id: posts[0].id for post in posts[1:]}
    assert {profile.barred for profile in world.profiles().values()} == {""}


def test_a_post_in_ten_taken_for_an_advert_bars_nobody(world: World) -> None:
    for n in range(9):
        world.say("a", n)
    world.reasons[world.say("a", 1).id] = "advert"
    assert world.of("a").barred == ""


def a_profile(author: str, **fields: object) -> Profile:
    given = {"level": "strong", "quiet_days": 0, "weeks": 4, "themes": ("t1", "t2"), "kinds": {"request": 2}}
    return Profile(author=author, **(given | fields))


@pytest.mark.parametrize(
    ("better", "signal"),
    [
        ({"accepted": ("支持横屏",)}, "adopted"),
        ({"themes": ("t1", "t2", "t3")}, "breadth"),
        ({"kinds": {"request": 3}}, "constructive"),
        ({"weeks": 6}, "consistency"),
        ({"quiet_days": 0}, "recency"),
    ],
)
def test_each_signal_brings_somebody_forward(better: dict[str, object], signal: str) -> None:
    usual = a_profile("a", quiet_days=9)
    first, second = invite([usual, replace(usual, author="b", **better)])
    assert first.profile.author == "b"
    assert first.contributions[signal] > second.contributions[signal]
    assert first.score == pytest.approx(sum(first.contributions.values()), abs=1e-4)


def test_the_weights_of_the_signals_sum_to_one_and_signals_lie_between_zero_and_one() -> None:
    assert sum(weight for weight, _, _ in CORE_SIGNALS.values()) == pytest.approx(1)
    most = a_profile("a", accepted=("x",) * 99, weeks=99, themes=tuple(map(str, range(99))), kinds={"need": 99})
    for profile in (most, Profile(author="b")):
        assert all(0 <= signal(profile) <= 1 for _, _, signal in CORE_SIGNALS.values())


def test_the_first_ones_are_not_all_alike() -> None:
    same = [a_profile(f"a{n}", region="广东", device="K3", weeks=9) for n in range(5)]
    other = a_profile("z", region="黑龙江", device="Pad", themes=("t8", "t9"))
    chosen = invite([*same, other], limit=2)
    assert [invitation.profile.author for invitation in chosen] == ["a0", "z"]
    assert chosen[0].score > chosen[1].score
    assert alike(same[0], same[1]) == 1
    assert alike(same[0], other) == 0


def test_the_list_is_the_greedy_one_step_by_step() -> None:
    rng = random.Random(2)
    people = [
        a_profile(
            f"a{n:02}", region=rng.choice("甲乙丙"), weeks=rng.randrange(4, 9), themes=tuple(rng.sample("abcdef", 3))
        )
        for n in range(40)
    ]
    scores = {invitation.profile.author: invitation.score for invitation in invite(people)}
    chosen: list[Profile] = []
    while len(chosen) < len(people):
        left = [person for person in people if person not in chosen]
        near = {p.author: max((alike(p, other) for other in chosen), default=0.0) for p in left}
        chosen.append(min(left, key=lambda p: (SPREAD * near[p.author] - (1 - SPREAD) * scores[p.author], p.author)))
    assert [invitation.profile.author for invitation in invite(people)] == [person.author for person in chosen]


def test_no_more_are_invited_than_asked_for() -> None:
    assert len(invite([a_profile(f"a{n}") for n in range(30)], limit=7)) == 7


# -- properties


@pytest.mark.parametrize("seed", range(3))
def test_profiles_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    run = gold_run()
    posts, statements = list(run.posts), list(run.statements)
    reasons = {exclusion.post_id: exclusion.reason for exclusion in run.exclusions}
    given = {"as_of": run.as_of, "reasons": reasons, "duplicates": run.duplicates}
    before = profiles(posts, statements, **given)
    random.Random(seed).shuffle(posts)
    random.Random(-seed).shuffle(statements)
    assert profiles(posts, statements, **given) == before
    assert invite(profiles(posts, statements, **given)) == invite(before)


# -- the demo corpus and the report


def test_in_the_demo_corpus_neither_the_loud_author_nor_campaign_nor_adverts_are_core() -> None:
    run = gold_run()
    reasons = {exclusion.post_id: exclusion.reason for exclusion in run.exclusions}
    found = profiles(run.posts, run.statements, as_of=run.as_of, reasons=reasons, duplicates=run.duplicates)
    posts = {post.id: post for post in run.posts}
    barred = {profile.author: profile.barred for profile in found}
    loud = max(found, key=lambda profile: profile.posts)
    assert (loud.posts, loud.barred, loud.core) == (20, "one theme", "")
    assert {barred[posts[post_id].author] for post_id in reasons} == {"adverts"}
    assert sum(word == "campaign" for word in barred.values()) == 24
    core = [profile for profile in found if profile.core]
    assert 5 <= len(core) <= 20
    assert all(not profile.barred for profile in core)


def told_crowd(run: Run, lang: str = "zh") -> list[str]:
    return [sentence.text for sentence in compose(run, lang=lang).crowd]


def planted_run() -> Run:
    """Four are strong, three of them by complaints alone; two others were active, complained and fell silent."""
    world = World()
    for author in ("b1", "b2", "b3", "b4"):
        regular(world, author, wish="problem" if author > "b1" else "request")
    for author, days in (("d1", (100, 90, 80, 70)), ("d2", (95, 85, 75, 66))):
        for day in days:
            world.say(author, day, "t1")
    world.say("old", 300, "t2")
    spam = [world.say("spam", 5, "t2"), world.say("now", 0, "t2")][0]
    triples = [(s, "桌面", s.theme_id) for s in world.statements if s.post_id != spam.id]
    return make_run(world.posts, triples, exclusions=(Exclusion(post_id=spam.id, reason="advert"),))


@pytest.mark.parametrize(("lang", "levels", "drifting"), [
    ("zh", "已知作者 8 人（只发广告的不计），按关系分：超强 0 人，强 4 人，弱 2 人，微 1 人，无 1 人。",
     "其中 2 人曾经活跃，抱怨之后沉默，正在流失；他们最后抱怨的是“t1”（2 人）。"),
    ("en", "8 authors are known (those of adverts only aside). How close they are: very strong 0, strong 4, weak 2,"
     " faint 1, none 1.", "2 of them were active, complained, and have been quiet since; what they complained of last:"
     " “t1” (2 people)."),
])  # fmt: skip
def test_the_report_tells_people_per_level_and_who_drifts(lang: str, levels: str, drifting: str) -> None:
    run = planted_run()
    assert told_crowd(run, lang) == [levels, drifting]
    report = compose(run, lang=lang)
    for style in ("md", "html"):
        assert report.labels["crowd"] in render(report, style)
    assert "t1" in render(report, "html").split('id="crowd"')[1].split("</section>")[0]
    assert check(render(report, "json"), run) == []


def test_a_wrong_number_of_people_is_found_by_the_check() -> None:
    run = planted_run()
    content = json.loads(render(compose(run), "json"))
    for figure in [f for sentence in content["crowd"] for f in sentence["figures"] if f["posts"]]:
        figure["value"] += 1
        assert len(check(content, run)) == 1, figure["where"]
        figure["value"] -= 1


def test_without_authors_the_report_tells_nothing_of_people() -> None:
    run = gold_run()
    nameless = replace(run, posts=tuple(replace(post, author="") for post in run.posts))
    assert told_crowd(nameless) == []
    assert "## 人群\n" not in render(compose(nameless), "md")
