"""Generate sentences, names, hashtags and links.

Organic posts are sequences of common words, so that two posts are rarely similar. Operations use few sentence
templates, so that many of their posts are near-duplicates. No real person, place or link occurs; the domain
``.example`` is reserved.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cib.simulation.draws import Ints, masked, pick, sometimes, zipf_ranks

__all__ = ["LANGUAGES", "ZONES", "approvals", "invented", "links", "reworded", "slogans", "write"]

#: About forty common words per language; Chinese and Japanese are written without spaces.
WORDS = {
    "en": "the a this that we they today again never always good long little day night train coffee rain game song "
    "book street friend morning week work home weather city film really maybe still think see want like read walk",
    "es": "el la un este hoy ayer siempre nunca muy poco bueno largo noche tren lluvia partido libro calle amigo "
    "semana trabajo casa tiempo ciudad mar verano tarde quizá todavía creo veo leo vamos con sin para sobre mesa pan",
    "pt": "o a um esse hoje ontem sempre nunca muito pouco bom longo noite trem chuva jogo livro rua amigo semana "
    "trabalho casa tempo cidade mar sol tarde talvez ainda acho vejo quero leio vamos com sem para sobre mesa festa",
    "fr": "le la un ce hier toujours jamais bien peu bon long nuit train pluie match livre rue ami semaine travail "
    "maison temps ville mer soleil soir encore je pense vois veux lis avec sans pour sur table pain café demain",
    "tr": "bir bu dün bugün hep hiç çok az iyi uzun gece tren oyun kitap sokak arkadaş hafta iş ev hava şehir "
    "deniz güneş akşam belki hâlâ bence gördüm istedim ile için üzerine masa ekmek kahve dere yeni güzel yol",
    "ar": "في من هذا اليوم أمس دائما أبدا جدا قليل جيد طويل ليل قطار مطر مباراة كتاب شارع صديق أسبوع عمل بيت طقس "
    "مدينة بحر شمس مساء ربما أيضا أظن أرى أريد مع بدون عن طاولة خبز قهوة غدا جديد طريق",
    "ja": "今日 昨日 明日 いつも また とても 少し 良い 長い 夜 電車 雨 試合 本 道 友達 週末 仕事 家 天気 町 海 夏 "
    "夕方 たぶん まだ 思う 見る 行く 読む です ます から まで そして でも 朝 歌 映画 店 猫",
    "zh": "今天 昨天 明天 总是 还是 非常 一点 不错 很长 晚上 火车 下雨 比赛 这本书 街上 朋友 周末 工作 回家 天气 "
    "城市 海边 夏天 下午 也许 仍然 觉得 看到 想要 去了 因为 所以 然后 但是 早上 一首歌 电影 小店 咖啡 散步",
}
LANGUAGES = tuple(WORDS)
UNSPACED = ("ja", "zh")
#: Time zones of each language, hours ahead of UTC (without daylight saving time).
ZONES: dict[str, tuple[int, ...]] = {
    "en": (-8, -5, 0, 10),
    "es": (-5, -3, 1),
    "pt": (-3, 0),
    "fr": (1,),
    "tr": (3,),
    "ar": (2, 3),
    "ja": (9,),
    "zh": (8,),
}
SHORTEST, LONGEST = 4, 10  # number of words of a post

#: Slots of an operation's sentences: the third and fifth depend on the topic, the others vary between posts.
SLOGANS = {
    "zh": (
        ("今天", "近日", "昨晚", "这几天", "本周", "一早"),
        ("城里的", "港口的", "街区的", "老城的", "河岸的", "校园的"),
        ("秩序", "生活", "交通", "市场", "讨论", "防护"),
        ("正在恢复 ", "让人关心 ", "需要大家维护 ", "引起很多议论 ", "越来越清楚 ", "值得我们支持 "),
        ("大家一起努力", "希望明天更好", "请理性看待", "安定最重要", "不要听信谣言", "家园靠大家"),
    ),
    "en": (
        ("today ", "lately ", "last night ", "these days ", "this week ", "once more "),
        ("the city's ", "the harbour's ", "the district's ", "the old town's ", "the riverside's ", "the campus's "),
        ("order ", "daily life ", "traffic ", "market ", "debate ", "safety "),
        (
            "is coming back, ",
            "is on our minds, ",
            "needs us all, ",
            "is much talked of, ",
            "is clear, ",
            "has support, ",
        ),
        (
            "let us work together",
            "tomorrow will be better",
            "judge calmly",
            "calm matters",
            "trust no rumour",
            "it is our home",
        ),
    ),
}
#: Replies of amplifiers.
COMMENTS = ("说得好", "支持", "有道理", "转发了", "说出了大家的心声", "希望更多人看到", "同意", "安定最重要")

SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "or"))

TAGS_A_TOPIC = 12
TAGGED, TAGGED_TWICE = 0.25, 0.06  # shares of own posts with at least one hashtag, and with two
FORMS = 6  # number of forms of each slot of a slogan
LINKED = 0.15  # share of posts with a link
SLOGAN_TAGGED = 0.4  # share of an operation's posts with a hashtag
SITES, PAGES = 60, 4_000  # numbers of sites and of pages per site; the first ones are linked most often


def write(rng: np.random.Generator, languages: Ints, topics: Ints, link: pl.Series | None = None) -> pl.DataFrame:
    """Create ordinary posts: one row per post, columns ``text, lang, hashtags, urls``.

    Parameters
    ----------
    rng : numpy.random.Generator
    languages : ndarray of int, shape (n,)
        Positions in :data:`LANGUAGES`.
    topics : ndarray of int, shape (n,)
        Each topic has separate hashtags.
    link : Series of str, shape (n,), optional
        Link of each post; by default some posts have a random link.
    """
    n = len(languages)
    first, second = _tags(rng, topics), _tags(rng, topics)
    tagged = rng.random(n)
    twice = (tagged < TAGGED_TWICE) & (first != second).to_numpy()
    return _composed(
        _sentences(rng, languages),
        pick(LANGUAGES, languages),
        [masked(first, tagged >= TAGGED), masked(second, ~twice)],
        _anywhere(rng, n) if link is None else link,
    )


def slogans(
    rng: np.random.Generator, topics: Ints, english: float, wording: int | None = None, link: pl.Series | None = None
) -> pl.DataFrame:
    """Create posts of an operation, from few templates per topic; columns as in :func:`write`.

    Parameters
    ----------
    rng : numpy.random.Generator
    topics : ndarray of int, shape (n,)
        Each topic has one hashtag.
    english : float
        Share of posts in English; the others are in Chinese.
    wording : int, optional
        Code of the preferred forms: two of each slot instead of all.
    link : Series of str, shape (n,), optional
    """
    n = len(topics)
    if wording is None:
        free = rng.integers(0, FORMS, (3, n))
    else:
        preferred = wording // FORMS ** np.arange(3)
        free = (preferred[:, None] + rng.integers(0, 2, (3, n))) % FORMS
    chosen = topics * 35 % FORMS**2  # 35 and 36 are coprime: adjacent topics differ
    choices = [free[0], free[1], chosen % FORMS, free[2], chosen // FORMS]
    in_english = rng.random(n) < english
    sentences = [
        pl.select(pl.concat_str(pick(slot, choice) for slot, choice in zip(slots, choices, strict=True))).to_series()
        for slots in SLOGANS.values()
    ]
    tag = sometimes(rng, invented(topics * TAGS_A_TOPIC), SLOGAN_TAGGED)
    text = sentences[0].zip_with(~pl.Series(in_english), sentences[1])
    none = pl.repeat(None, n, dtype=pl.String, eager=True)
    return _composed(text, pick(tuple(SLOGANS), in_english.astype(np.int64)), [tag], none if link is None else link)


def approvals(rng: np.random.Generator, n: int) -> pl.DataFrame:
    """Create short comments that agree; columns ``text, lang``."""
    return pl.DataFrame(
        {"text": pick(COMMENTS, rng.integers(0, len(COMMENTS), n)), "lang": pick(("zh",), np.zeros(n, dtype=np.int64))}
    )


def reworded(rng: np.random.Generator, texts: pl.Series, share: float) -> pl.Series:
    """Prepend one word to a random share of the texts, which makes them near-duplicates."""
    word = sometimes(rng, invented(rng.integers(0, 100_000, len(texts))), share)
    return pl.select(pl.concat_str(pl.lit(word), pl.lit(texts), separator=" ", ignore_nulls=True)).to_series()


def links(sites: Ints, pages: Ints) -> pl.Series:
    """Return links on a reserved domain."""
    return pl.select(
        "https://" + pl.lit(invented(sites)) + ".example/" + pl.lit(pl.Series(pages).cast(pl.String))
    ).to_series()


def invented(numbers: Ints) -> pl.Series:
    """Return a word of three syllables for each number; equal numbers yield equal words."""
    # A stride coprime to the number of words maps adjacent numbers to distant words.
    base = len(SYLLABLES)
    code = numbers * 104_729 % base**3
    return pl.select(pl.concat_str(pick(SYLLABLES, code // base**k % base) for k in range(3))).to_series()


def _tags(rng: np.random.Generator, topics: Ints) -> pl.Series:
    return invented(topics * TAGS_A_TOPIC + zipf_ranks(rng, np.full(len(topics), TAGS_A_TOPIC), 1.8))


def _sentences(rng: np.random.Generator, languages: Ints) -> pl.Series:
    """Create sequences of common words of the languages."""
    vocabulary = [WORDS[language].split() for language in LANGUAGES]
    sizes = np.array([len(words) for words in vocabulary])
    first = np.cumsum(sizes) - sizes
    words = pl.Series([word for words in vocabulary for word in words])
    length = rng.integers(SHORTEST, LONGEST + 1, len(languages))
    columns = [
        masked(words.gather(first[languages] + rng.integers(0, sizes[languages])), length <= k) for k in range(LONGEST)
    ]
    spaced = pl.select(pl.concat_str(columns, separator=" ", ignore_nulls=True)).to_series()
    unspaced = pl.Series(np.isin(languages, [LANGUAGES.index(language) for language in UNSPACED]))
    return spaced.str.replace_all(" ", "", literal=True).zip_with(unspaced, spaced)


def _anywhere(rng: np.random.Generator, n: int) -> pl.Series:
    """Return a random link for some posts, most often to popular pages."""
    sites, pages = zipf_ranks(rng, np.full(n, SITES), 1.6), zipf_ranks(rng, np.full(n, PAGES), 1.3)
    return sometimes(rng, links(sites, pages), LINKED)


def _composed(sentence: pl.Series, lang: pl.Series, tags: Sequence[pl.Series], link: pl.Series) -> pl.DataFrame:
    """Combine sentences, languages, hashtags and links into posts; hashtags and links may be null."""
    written = [pl.lit(sentence), *("#" + pl.lit(tag) for tag in tags), pl.lit(link)]
    return pl.select(
        text=pl.concat_str(written, separator=" ", ignore_nulls=True),
        lang=lang,
        hashtags=_listed(*tags),
        urls=_listed(link),
    )


def _listed(*columns: pl.Series) -> pl.Series:
    """Combine columns into one list column, null where all are null, as they are in most rows."""
    table = pl.DataFrame({str(k): column for k, column in enumerate(columns)})
    some = table.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    lists = table.filter(some).select(pl.concat_list(pl.all()).list.drop_nulls()).to_series()
    return lists.gather(some.cum_sum().cast(pl.Int64).set(~some, None) - 1)
