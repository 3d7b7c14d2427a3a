"""Two papers on gardens for graphs, what a model says of one, and texts of papers by their ids."""

from dataclasses import replace
from datetime import date

from bot.sources.full_text import FullText, NoFullText
from storage.records import Paper

DAY = date(2025, 9, 29)
PAPER = Paper(
    "2509.00001",
    "Gardens for Graphs",
    abstract="Graphs wilt in pots. We plant graphs in gardens. They grow 12% taller than in pots.",
)
OTHER = replace(PAPER, id="2509.00002", title="Graphs in Their Gardens")
FIELDS = {
    "keywords": ["graphs", "gardens"],
    "tldr": "The graphs of this work grow 12% taller in the gardens than they do in pots.",
    "problem": "The graphs wilt when they are kept in pots for too long.",
    "method": "The authors plant the graphs in the gardens and water them.",
    "results": "In the gardens the graphs grow 12% taller than they do in pots.",
    "takeaway": "Plant the graphs of your own in the gardens and not in pots.",
}
CHINESE_FIELDS = {
    "keywords": ["图", "花园"],
    "tldr": "把图种进花园之后，它们比在花盆里长得高了12%。",
    "problem": "图在花盆里放得太久就会枯萎，现有的种法都没有解决这个问题。",
    "method": "作者把图种进花园里，并且每天给它们浇水。",
    "results": "花园里的图比花盆里的图高12%。",
    "takeaway": "如果你也养图，应该把它们种在花园里，而不是花盆里。",
}
WRONG_FIGURE = {**FIELDS, "results": "In the gardens the graphs grow 47% taller than they do in pots."}


class KnownTexts:
    """The texts that a test gives by paper; there is none of any other, be it for ever or for now."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.is_lasting = True
        self.is_whole = True

    async def read(
        self, paper_id: str, _paper: Paper | None = None, _version: int | None = None
    ) -> FullText | NoFullText:
        return await self.kept(paper_id) or NoFullText("arXiv gives no HTML of it", self.is_lasting)

    async def kept(self, paper_id: str) -> FullText | None:
        text = self.texts.get(paper_id)
        return FullText(paper_id, text, "html", "", self.is_whole) if text else None
