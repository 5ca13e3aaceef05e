"""Uploaded files of the tests, their drafts, and what is done with them."""

from pathlib import Path

from openpyxl import Workbook

from geo.drafts import Draft, Jobs
from geo.ingest.decisions import Answers

HEADER = ["Tên chủ thể", "Loại hình", "Số hộ", "Xã", "Huyện"]
ROWS = [["HTX Mới", "HTX", 7, "Sam Mứn", "Điện Biên"], ["HTX Chè", "Hợp tác xã", "mười", "Sam Mứn", "Điện Biên"]]
READ = Answers(crs="EPSG:9205")


def sheet(path: Path, rows: list[list[object]] = ROWS) -> Path:  # type: ignore[assignment]
    book = Workbook()
    workbook = book.active
    assert workbook is not None
    workbook.title = "DS"
    for row in [["DANH SÁCH"], HEADER, *rows]:
        workbook.append(row)
    book.create_sheet("Ghi chú").append(["không phải dữ liệu"])
    book.save(path)
    return path


def draft_of(jobs: Jobs, path: Path, layer: str = "producers", answers: Answers | None = None) -> Draft:
    values = answers or Answers(part="DS" if path.suffix == ".xlsx" else None)
    files = {one.name: one for one in sorted(path.parent.glob(f"{path.stem}.*"))}
    return jobs.drafts.create(layer, files, who="Chi cục", answers=values)


def publish(jobs: Jobs, draft: Draft, why: str = "thử") -> Draft:
    review = jobs.drafts.review(draft)
    assert review is not None
    return jobs.publish(draft, who="A", why=why, digest=review["digest"])
