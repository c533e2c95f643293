"""Area taxonomies: the shipped files are complete and consistent, and they name what they know and nothing else."""

import json
import tomllib
from collections import Counter

import numpy as np
import pytest

from voc import resources
from voc.cluster import Area, Taxonomy, ThemeSpace, load_taxonomy, read_taxonomy
from voc.config import Config
from voc.embed import UseEmbedder
from voc.errors import ConfigError
from voc.pipeline import predict

FOLDER = resources.path("corpora/taxonomies")
FILES = ("app", "hardware", "service")
TWO = Taxonomy((Area("登录注册", frozenset({"验证码"}), frozenset({"登录"})), Area("广告", frozenset({"广告"}))))


def groups():
    path = resources.path("corpora/complaints/groups.jsonl")
    return [json.loads(line)["group"] for line in path.read_text(encoding="utf-8").splitlines()]


def tables(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["area"]


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "mine.toml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_every_group_of_complaints_is_in_exactly_one_area():
    owners = Counter(group for area in read_taxonomy(*FOLDER.glob("*.toml")).areas for group in area.groups)
    assert sorted(set(groups()) - set(owners)) == [], "groups without an area"
    assert sorted(set(owners) - set(groups())) == [], "groups that are not in the corpus"
    assert [group for group, n in owners.items() if n > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_is_a_taxonomy_of_12_to_20_areas_each_with_groups_keywords_and_examples(name):
    taxonomy = load_taxonomy(name, folder=FOLDER, groups=groups())
    assert 12 <= len(taxonomy.areas) <= 20
    assert [area.name for area in taxonomy.areas if not (area.groups and area.keywords)] == []
    assert [area["name"] for area in tables(name) if not area["examples"]] == []


def test_a_group_and_a_keyword_are_written_once_in_a_file():
    for name in FILES:
        for area in tables(name):
            for key in ("groups", "keywords"):
                counts = Counter(item for sub in area["sub"] for item in sub[key])
                assert [item for item, n in counts.items() if n > 1] == [], f"{name}, {area['name']}"


def test_an_area_that_files_share_is_the_same_in_each():
    written = {}
    for name in FILES:
        for area in tables(name):
            assert written.setdefault(area["name"], area) == area


def test_auto_is_all_files_together():
    auto = load_taxonomy("auto", folder=FOLDER, groups=groups())
    names = {area["name"] for name in FILES for area in tables(name)}
    assert {area.name for area in auto.areas} == names
    assert len(auto.areas) == len(names)


def test_examples_speak_for_their_area():
    embedder = UseEmbedder()
    space = ThemeSpace(embedder, folder=resources.path("models/themes"), corpora=resources.path("corpora"))
    areas = {area["name"]: area for name in FILES for area in tables(name)}
    owners, texts = zip(*[(name, text) for name, area in areas.items() for text in area["examples"]], strict=True)
    taxonomy = load_taxonomy("auto", folder=FOLDER, groups=space.groups)
    _, topics = space.read(texts, embedder.encode(texts))
    best = taxonomy.votes(texts, topics, space.groups).argmax(axis=1)
    wrong = [
        (t, o, taxonomy.areas[n].name)
        for t, o, n in zip(texts, owners, best, strict=True)
        if taxonomy.areas[n].name != o
    ]
    assert len(wrong) <= 0.05 * len(texts), wrong


def test_an_area_of_the_data_takes_the_name_most_of_it_speaks_for():
    votes = np.array([[0.9, 0.1], [0.6, 0.2], [0.1, 0.8]], dtype=np.float32)
    assert TWO.names([0, 0, 1], votes) == {0: "登录注册", 1: "广告"}


def test_areas_of_the_data_may_share_a_name():
    assert TWO.names([0, 1], np.array([[0.9, 0.1], [0.7, 0.0]])) == {0: "登录注册", 1: "登录注册"}


@pytest.mark.parametrize("shares", [[0.5, 0.4], [0.1, 0.0], [0.0, 0.0]], ids=["mixed", "faint", "silent"])
def test_an_area_without_a_clear_name_is_left_out(shares):
    assert TWO.names([0], np.array([shares])) == {}


def test_no_taxonomy_names_nothing():
    none = load_taxonomy("none", folder=FOLDER, groups=groups())
    votes = none.votes(["登录不了"], np.array([[1.0]]), ["登录失败"])
    assert votes.shape == (1, 0)
    assert none.names([0], votes) == {}


def test_no_texts_are_no_error():
    assert TWO.votes([], np.zeros((0, 2)), ["验证码", "广告"]).shape == (0, 2)
    assert TWO.names([], np.zeros((0, 2))) == {}


def test_keywords_and_probabilities_both_count():
    topics = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    votes = TWO.votes(["登录后全是广告", "收不到码", "天气真好"], topics, ["验证码", "广告"])
    assert votes.tolist() == [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]


def test_the_case_of_a_keyword_does_not_matter(file):
    taxonomy = read_taxonomy(file('[[area]]\nname = "连接"\nsub = [{name = "无线", keywords = ["WiFi"]}]'))
    assert taxonomy.votes(["wifi断了", "WIFI断了"], np.zeros((2, 1)), ["广告"]).tolist() == [[1.0], [1.0]]


def test_a_file_of_ones_own_names_areas_by_keywords_alone(file):
    path = file('[[area]]\nname = "猫砂盆"\nsub = [{name = "铲屎", keywords = ["铲屎", "猫砂"]}]')
    taxonomy = load_taxonomy(str(path), folder=FOLDER, groups=groups())
    texts = ["猫砂漏得满地", "铲屎卡住了", "自动铲屎不转"]
    votes = taxonomy.votes(texts, np.full((3, 1), 1.0), ["闪退"])
    assert taxonomy.names([0, 0, 0], votes) == {0: "猫砂盆"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[area]", "not TOML"),
        ("", "area is missing"),
        ("area = 1", "not a list of tables"),
        ("[[area]]\nsub = []", "area 1: name is missing"),
        ('[[area]]\nname = " "', "name = ' ' is not a text"),
        ('[[area]]\nname = "a"\nkeyword = ["b"]', "unknown key 'keyword'; keys are name, sub, examples"),
        ('[[area]]\nname = "a"\n[[area.sub]]\nname = "b"\ngroup = []', r"area 1 \(a\), sub 1: unknown key 'group'"),
        ('[[area]]\nname = "a"\nsub = [{name = "b", keywords = "c"}]', "keywords = 'c' is not a list of texts"),
        ('[[area]]\nname = "a"\nsub = [{name = "b", keywords = [""]}]', "not a list of texts"),
        ('[[area]]\nname = "a"\n[[area]]\nname = "a"', "area a is there twice"),
        (
            '[[area]]\nname = "a"\nsub = [{name = "b", groups = ["广告"]}]\n'
            '[[area]]\nname = "c"\nsub = [{name = "d", groups = ["广告"]}]',
            "group 广告 is in two areas, a and c",
        ),
        ('[[area]]\nname = "a"\nsub = [{name = "b", groups = ["无此组"]}]', "no group '无此组'"),
    ],
)
def test_a_file_that_makes_no_sense_is_an_error_of_one_line(content, message, file):
    with pytest.raises(ConfigError, match=message) as caught:
        load_taxonomy(str(file(content)), folder=FOLDER, groups=groups())
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ConfigError, match="there is no taxonomy 'ap'; give auto, none, app, hardware, service or"):
        load_taxonomy("ap", folder=FOLDER, groups=groups())


@pytest.fixture(scope="module")
def predicted():
    subjects = (
        "登录失败",
        "掉登录",
        "验证码",
        "注册",
        "找回密码",
        "拍照",
        "夜拍模糊慢",
        "照片偏色",
        "对焦镜头切换",
        "快门声",
    )
    lines = resources.path("corpora/complaints/groups.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for group in map(json.loads, lines) if group["group"] in subjects for text in group["texts"]]
    rows = [(str(n), text) for n, text in enumerate(texts)]
    return {setting: predict(rows, Config(taxonomy=setting)) for setting in ("auto", "none")}


def test_predictions_carry_names_of_the_taxonomy(predicted):
    assert {"登录注册", "相机"} <= {row["area_name"] for row in predicted["auto"]}
    assert not {"登录注册", "相机"} & {row["area_name"] for row in predicted["none"]}


def test_a_taxonomy_changes_names_only(predicted):
    rest = [[{**row, "area_name": ""} for row in rows] for rows in predicted.values()]
    assert rest[0] == rest[1]
