"""Parts of `screenshots.py` beside the main flows: what is rare, wrong, long, in other scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from driving import ask, serving
from hostile import hostile_jsonl

from rag import Assistant, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Pages = Callable[["Browser", str], Iterator[tuple[str, "Page"]]]
Take = Callable[["Page", Path], None]
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
CLAIM = "SOAP needs fewer iterations than AdamW"
UNDER_WAY = 4_000  # papers that take long enough to be seen while they are added
ODD = [
    {
        "title": "أوزان الذاكرة: كيف تنسى الشبكات العصبية",
        "authors": ["ليلى حداد", "عمر ناصر"],
        "year": 2024,
        "category": "LG",
        "abstract": "ندرس كيف تنسى الشبكات العصبية ما تعلمته. MEMORA ينسى 12% أقل من AdamW.",
    },
    {
        "title": "記憶と忘却:大規模言語モデルにおける長期学習の安定性について",
        "authors": ["山田 花子", "佐藤 健"],
        "year": 2025,
        "category": "CL",
        "venue": "言語処理学会",
        "abstract": "本研究では大規模言語モデルの忘却を調べる。提案手法KIOKUは精度を7%改善する。",
    },
    {
        "title": "关于大规模语言模型遗忘现象的系统性研究：从预训练到长期使用",
        "authors": ["王小明", "李丽"],
        "year": 2025,
        "category": "CL",
        "venue": "计算机学报",
        "abstract": "本文系统研究大规模语言模型的遗忘现象。WANGJI 方法比 AdamW 少遗忘 9%。",
    },
    {
        "title": "대규모 언어 모델의 장기 기억과 망각에 관한 연구",
        "authors": ["김민수", "이서연"],
        "year": 2024,
        "category": "CL",
        "abstract": "본 연구는 대규모 언어 모델의 망각을 조사한다. GIEOK은 정확도를 5% 높인다.",
    },
    {
        "title": "זיכרון ושכחה ברשתות נוירונים עמוקות: SHIKHEKHA ולמידה ארוכת טווח",
        "authors": ["נועה כהן", "דוד לוי"],
        "year": 2023,
        "category": "LG",
        "venue": "כתב העת למדעי המחשב",
        "abstract": "אנו חוקרים כיצד רשתות נוירונים שוכחות. SHIKHEKHA שוכחת 8% פחות מ-AdamW.",
    },
    {
        "title": "TITULUS: The " + "Persistent and Entirely Unreasonable " * 7 + "Effect",
        "authors": [f"{a} von und zu Langenstein-Hohenfels" for a in "ABCDEFGHIJKLMNOPQRST"],
        "year": 2023,
        "venue": "Proceedings of the Conference on Things with Extraordinarily Long Names " * 2,
        "orgs": ["Institute of " + "Very " * 12 + "Long Names"],
        "abstract": "TITULUS measures long titles. Readers of TITULUS stop after 9 words.",
    },
    {
        "title": "KEYRING: " + "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel" * 3,
        "authors": ["Ada Byron"],
        "year": 2022,
        "abstract": "KEYRING opens 31 cabins, and https://example.org/" + "a" * 180 + " tells how.",
    },
]  # fmt: skip


def odd(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """Long titles, words without a place to break, right-to-left and East Asian scripts."""
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in ODD)
    with serving(_library(work / "odd", lines.encode()), work) as address:
        for name, page in pages(browser, address):
            take(page, folder / f"j-odd-home-{name}")
            ask(page, "How much less does MEMORA forget than AdamW?")
            take(page, folder / f"j-odd-arabic-{name}")
            ask(page, "Which papers are by 王小明?")
            take(page, folder / f"j-odd-chinese-{name}")
            ask(page, "How many words do readers of TITULUS read?")
            take(page, folder / f"j-odd-long-{name}")
        for name, page in pages(browser, f"{address}/?screen=library"):
            page.locator(".st-key-rows").wait_for()
            take(page, folder / f"j-odd-library-{name}")
            page.locator(".st-key-open-1 button").click()
            page.locator(".paper-title").wait_for()
            take(page, folder / f"j-odd-paper-{name}")
        for name, page in pages(browser, f"{address}/?screen=compare"):
            _fill(page, "Or ask in words", "Compare TITULUS and KEYRING")
            page.locator(".matrix, .notice").first.wait_for()
            take(page, folder / f"j-odd-compare-{name}")


def hostile(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """Papers whose every word asks the page for something."""
    with serving(_library(work / "hostile", hostile_jsonl()), work) as address:
        for name, page in pages(browser, address):
            ask(page, "By how much does the gradient norm fall?")
            take(page, folder / f"k-hostile-answer-{name}")
        for name, page in pages(browser, f"{address}/?screen=library"):
            page.locator(".st-key-rows").wait_for()
            take(page, folder / f"k-hostile-library-{name}")


def seeds(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """The listings beside the project, where they are."""
    if not SEEDS.is_dir():
        return
    with Assistant.open(work / "seeds", Settings(library=work / "seeds")) as assistant:
        assistant.add(str(SEEDS))
    with serving(work / "seeds", work) as address:
        for name, page in pages(browser, address):
            take(page, folder / f"l-seeds-home-{name}")
            page.locator(".st-key-suggestion button").first.click()
            page.locator(".colophon, .silence").first.wait_for()
            take(page, folder / f"l-seeds-answer-{name}")
        for name, page in pages(browser, f"{address}/?screen=library"):
            page.locator(".st-key-rows").wait_for()
            take(page, folder / f"l-seeds-library-{name}")
            page.get_by_role("button", name="Author").click()
            take(page, folder / f"l-seeds-facet-{name}")
            page.keyboard.press("Escape")
            page.get_by_text("Pictures", exact=True).click()
            for picture in ("People", "By meaning"):
                page.get_by_text(picture, exact=True).click()
                page.get_by_text("a click opens one").first.wait_for()
                take(page, folder / f"l-seeds-{picture.split()[-1].lower()}-{name}")


def chats(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """Claims, and what is done to answers and chats."""
    with serving(work / "sample", work) as address:
        for name, page in pages(browser, f"{address}/?screen=compare"):
            _fill(page, "Or state a claim", CLAIM)
            page.locator(".positions, .notice").first.wait_for()
            take(page, folder / f"m-claim-{name}")
        for name, page in pages(browser, address):
            ask(page, QUESTION)
            for words in ("References", "Edit question", "Was this right?"):
                page.get_by_role("button", name=words).click()
                take(page, folder / f"m-{words.split()[0].lower()}-{name}")
                page.keyboard.press("Escape")
            _open_side(page)
            page.get_by_role("button", name="Chat menu").click()
            take(page, folder / f"m-chat-menu-{name}")
            page.get_by_role("button", name="Delete this chat").click()
            page.get_by_role("button", name="Undo").wait_for()
            take(page, folder / f"m-chat-deleted-{name}")


def degraded(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """A model that is not there, a library that nobody may change, and one to sign in to."""
    nowhere = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "ASKPAPERS_MODEL": "absent"}
    with serving(work / "sample", work, **nowhere) as address:
        for name, page in pages(browser, address):
            ask(page, QUESTION)
            take(page, folder / f"n-model-down-{name}")
        for name, page in pages(browser, f"{address}/?screen=settings"):
            page.get_by_role("button", name="Examine it now").click()
            page.get_by_text("Well: ").first.wait_for()
            page.get_by_role("button", name="Examine it now").scroll_into_view_if_needed()
            take(page, folder / f"n-doctor-{name}")
    with serving(work / "sample", work, ASKPAPERS_READ_ONLY="true") as address:
        for name, page in pages(browser, f"{address}/?screen=library"):
            page.locator(".st-key-rows").wait_for()
            take(page, folder / f"n-read-only-{name}")
        for name, page in pages(browser, f"{address}/?screen=settings"):
            take(page, folder / f"n-read-only-settings-{name}")
    with serving(work / "sample", work, ASKPAPERS_USER_HEADER="X-User") as address:
        for name, page in pages(browser, address):
            take(page, folder / f"n-sign-in-{name}")


def adding(pages: Pages, take: Take, browser: Browser, work: Path, folder: Path) -> None:
    """Papers on their way in, and the report of an addition that was stopped."""
    lines = [
        json.dumps({"title": f"Paper {i}", "abstract": "Words. " * 40}) for i in range(UNDER_WAY)
    ]
    (work / "many.jsonl").write_text("\n".join([*lines, "{broken"]))
    for place in ("first", "later"):
        with serving(work / f"adding-{place}", work) as address:
            start = address if place == "first" else f"{address}/?screen=library"
            for name, page in pages(browser, start):
                if place == "later":
                    page.locator(".st-key-library").get_by_text("Add papers", exact=True).click()
                _fill(page, "Or the path of a file", str(work / "many.jsonl"))
                page.get_by_text("a second").wait_for()
                take(page, folder / f"o-adding-{place}-{name}")
                page.get_by_role("button", name="Stop adding").click()
                page.get_by_text("Stopped; what was added stays.").wait_for()
                take(page, folder / f"o-stopped-{place}-{name}")
                if place == "first":
                    break  # the library is empty no more


def _library(folder: Path, records: bytes) -> Path:
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        assistant.add_bytes(records, "records.jsonl")
    return folder


def _fill(page: Page, label: str, words: str) -> None:
    field = page.get_by_label(label)
    field.fill(words)
    field.press("Enter")


def _open_side(page: Page) -> None:
    """Have the sidebar in sight, which a narrow screen folds away."""
    opener = page.get_by_test_id("stExpandSidebarButton")
    if opener.is_visible():
        opener.click()
