"""The errors of a store that is missing, damaged or older than what was published, each with the way back."""

from pathlib import Path

from geo.errors import BadSource
from geo.schema import Label


def damaged(path: Path, part: Label, reason: Label) -> BadSource:
    """The error for a part of the store's file that is not what was published."""
    return BadSource(
        f"{path}: {part.en} is damaged: {reason.en}. `python app.py verify` lists all damage;"
        " `python app.py restore-backup FILE --replace` puts back a backup.",
        f"{path}: {part.vi} bị hỏng: {reason.vi}. `python app.py verify` liệt kê mọi chỗ hỏng;"
        " `python app.py restore-backup TỆP --replace` đưa bản sao lưu trở lại.",
    )


def version_part(number: int) -> Label:
    """The words for one version as a part of the store."""
    return Label(f"phiên bản {number}", f"version {number}")


def missing(path: Path) -> BadSource:
    """The error for a store that is not there, or whose file holds nothing."""
    return BadSource(
        f"{path} is missing or empty. If the data folder lies on another disk, mount it and start again. If the file is"
        " lost, put back a backup: `python app.py restore-backup FILE`. Only `python app.py build --new` begins anew"
        " from the seed, without the earlier versions.",
        f"{path} không có hoặc rỗng. Nếu thư mục dữ liệu nằm trên đĩa khác, hãy gắn đĩa rồi khởi động lại. Nếu tệp đã"
        " mất, hãy đưa bản sao lưu trở lại: `python app.py restore-backup TỆP`. Chỉ `python app.py build --new` mới bắt"
        " đầu lại từ dữ liệu gốc, không còn các phiên bản trước.",
    )
