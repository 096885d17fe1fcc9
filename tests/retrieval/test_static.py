"""The bundled model by numpy: features, the folder's format, and that it says what the torch module says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.embed import BUNDLED_FOLDER, StaticEmbedder
from retrieval.errors import EmbeddingError
from retrieval.static import CONFIG_FILE, VOCABULARY_FILE, WEIGHTS_FILE, Patch, StaticModel, features, quantise

TEXTS = [
    "推进村卫生室标准化建设，提高乡村医生待遇。",
    "推進村衛生室標準化建設，提高鄉村醫生待遇。",
    "2023年，全县总诊疗 45.6 万人次，ＩＣＵ床位增加12张。",
    "DRG payment reform, COVID-19",
    "",
    "   \n\t",
    "😀🎉",
    "老人看病😀方便吗？",
    "卫" * 3000,
    "县人民医院与乡镇卫生院建成紧密型医共体。" * 40,
]


@pytest.fixture(scope="module")
def bundled():
    return StaticModel.load(BUNDLED_FOLDER)


@pytest.fixture
def tiny(tmp_path):
    names = ["医", "院", "医院", "covid", "19"]
    table = np.random.default_rng(3).standard_normal((len(names), 8)).astype(np.float32)
    rows, scales = quantise(table)
    StaticModel({name: at for at, name in enumerate(names)}, rows, scales, 2).save(tmp_path)
    return tmp_path


def test_features_are_runs_of_han_and_whole_tokens():
    assert features("医共体A1，好", 2) == ["医", "共", "体", "医共", "共体", "a1", "好"]
    assert features("医共体", 3) == ["医", "共", "体", "医共", "共体", "医共体"]


def test_features_are_the_same_in_either_script_and_width():
    assert features("醫療ＩＣＵ１２", 2) == features("医疗icu12", 2)


@pytest.mark.parametrize("text", ["", " \n", "！？……", "😀"])
def test_no_features_where_nothing_can_be_read(text):
    assert features(text, 2) == []


def test_numpy_says_what_sentence_transformers_says(bundled):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUNDLED_FOLDER), device="cpu", trust_remote_code=True, local_files_only=True)
    theirs = model.encode(TEXTS, show_progress_bar=False)
    assert theirs.shape == (len(TEXTS), bundled.dim)
    np.testing.assert_allclose(bundled.encode(TEXTS), theirs, atol=1e-5)


def test_module_loads_without_consent_when_the_class_is_at_hand(bundled):
    from retrieval.st_module import load

    np.testing.assert_allclose(
        bundled.encode(TEXTS[:4]), load(BUNDLED_FOLDER).encode(TEXTS[:4], show_progress_bar=False), atol=1e-5
    )


def test_module_trains_saves_and_loads_again(tiny, tmp_path):
    import torch

    from retrieval.st_module import StaticFeatures

    module = StaticFeatures.load(str(tiny))
    before = module.embedding.weight.detach().clone()
    vectors = module(module.preprocess(["医院", "covid 19"]))["sentence_embedding"]
    (vectors[0] @ vectors[1]).backward()
    torch.optim.SGD(module.parameters(), lr=0.5).step()
    assert not torch.equal(before, module.embedding.weight)
    module.save(str(tmp_path / "again"))
    again = StaticModel.load(tmp_path / "again").encode(["医院"])
    after = module(module.preprocess(["医院"]))["sentence_embedding"].detach().numpy()
    np.testing.assert_allclose(again, after, atol=0.02)


def test_vectors_are_float32_unit_or_zero_and_repeatable(bundled):
    vectors = bundled.encode(TEXTS)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    nothing = [at for at, text in enumerate(TEXTS) if not text.strip() or text == "😀🎉"]
    np.testing.assert_allclose(np.delete(lengths, nothing), 1, atol=1e-5)
    assert not vectors[nothing].any()
    np.testing.assert_array_equal(vectors, bundled.encode(TEXTS))
    np.testing.assert_array_equal(vectors[3], bundled.encode(TEXTS[3:4])[0])


def test_no_texts_make_an_empty_array(bundled):
    assert bundled.encode([]).shape == (0, bundled.dim)


def test_either_script_gives_the_same_vector(bundled):
    one, other = bundled.encode(TEXTS[:2])
    np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "养老院看病",
            "推动医疗卫生与养老服务融合，养老机构内设医务室，医养结合床位达到二百张。",
            "新建污水处理厂一座，铺设管网三十公里。",
        ),
        (
            "村里的小诊所会不会弄好点",
            "实施村卫生室提档升级工程，改善群众就医条件。",
            "举办全县职工篮球赛，二十支队伍参加。",
        ),
        (
            "娃娃打预防针去哪里",
            "规范设置预防接种门诊，适龄儿童免疫规划疫苗接种率保持在百分之九十以上。",
            "加快高标准农田建设，粮食产量稳定。",
        ),
        (
            "看病太贵怎么办",
            "落实医疗救助和大病保险，减轻困难群众医疗费用负担。",
            "开展森林防火宣传，排查火灾隐患。",
        ),
        (
            "医生不够",
            "面向高校引进卫生人才，公开招聘专业技术人员，充实乡镇卫生院队伍。",
            "完成老旧小区改造，更换电梯四十部。",
        ),
    ],
)
def test_everyday_words_are_nearer_to_what_they_mean(bundled, question, right, wrong):
    asked, meant, other = bundled.encode([question, right, wrong])
    assert asked @ meant > asked @ other + 0.1


def test_folder_is_small_and_knows_its_files():
    assert sum(path.stat().st_size for path in BUNDLED_FOLDER.rglob("*")) <= 31_000_000
    config = json.loads((BUNDLED_FOLDER / CONFIG_FILE).read_text(encoding="utf-8"))
    assert set(config["sha256"]) == {VOCABULARY_FILE, WEIGHTS_FILE}


def test_saved_model_is_read_back_whole(tiny):
    model = StaticModel.load(tiny)
    assert model.dim == 8
    assert list(model.number) == ["医", "院", "医院", "covid", "19"]
    expected = model.rows[:3].astype(np.float32) * model.scales[:3, None]
    summed = expected.sum(axis=0)
    np.testing.assert_allclose(model.encode(["醫院"])[0], summed / np.linalg.norm(summed), atol=1e-6)


def test_repetition_counts_by_its_root(tiny):
    model = StaticModel.load(tiny)
    table = model.rows.astype(np.float32) * model.scales[:, None]
    summed = 2 * table[0] + table[1]
    np.testing.assert_allclose(model.encode(["医，医，医，医，院"])[0], summed / np.linalg.norm(summed), atol=1e-6)


@pytest.mark.parametrize("name", [CONFIG_FILE, VOCABULARY_FILE, WEIGHTS_FILE])
@pytest.mark.parametrize("damage", ["gone", "short", "nonsense"])
def test_damaged_folder_is_told(tiny, name, damage):
    path: Path = tiny / name
    if damage == "gone":
        path.unlink()
    elif damage == "short":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        path.write_bytes(b"\xff" * 40)
    with pytest.raises(EmbeddingError, match="install xianwen again"):
        StaticModel.load(tiny)


def test_serving_imports_neither_torch_nor_jieba():
    code = (
        "import sys; from retrieval.embed import StaticEmbedder; StaticEmbedder().embed_query('医院');"
        "assert not {'torch', 'transformers', 'sentence_transformers', 'jieba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_weigh_more_than_particles(bundled):
    assert bundled.weight("的") < bundled.weight("医院") < bundled.weight("医共体")
    assert bundled.weight("😀") == 0


def test_a_patch_replaces_its_rows_and_no_others(tmp_path):
    base = StaticModel.load(BUNDLED_FOLDER)
    numbers = np.array([3, 70], np.int32)
    patch = Patch(numbers, np.full((2, base.dim), 5, np.int8), np.array([0.5, 0.25], np.float32))
    patch.save(tmp_path / "patch.safetensors")
    patched = base.patched(Patch.load(tmp_path / "patch.safetensors"))
    others = np.setdiff1d(np.arange(len(base.rows)), numbers)
    np.testing.assert_array_equal(patched.rows[others], base.rows[others])
    np.testing.assert_array_equal(patched.rows[numbers], patch.rows)
    np.testing.assert_array_equal(patched.scales[numbers], patch.scales)
    assert not (base.rows[numbers] == 5).all()
    with pytest.raises(EmbeddingError, match="does not fit"):
        base.patched(Patch(np.array([len(base.rows)], np.int32), patch.rows[:1], patch.scales[:1]))
    with pytest.raises(EmbeddingError, match="cannot read the reading model"):
        Patch.load(tmp_path / "none.safetensors")


def test_the_reading_model_that_ships_fits_and_moves_questions_nearer():
    plain = StaticEmbedder()
    reading = plain.reading()
    said = ["为行动不便的老年人提供上门诊疗服务。", "全县新建污水处理设施三处。"]
    asked = "老人家走不动道，有大夫到屋里来瞧吗"

    def lead(model):
        near, far = (model.embed_passages(said) @ model.embed_query(asked)[0]).tolist()
        return near - far

    assert lead(reading) > lead(plain)
