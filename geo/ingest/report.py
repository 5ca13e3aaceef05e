"""What reading, mending and checking have to say: findings and repairs as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self, TypeAlias

from geo.schema import Label

Severity: TypeAlias = Literal["fatal", "error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "info")


class IssueKind(NamedTuple):
    """A kind of finding: how bad it is, what it is called, what to do about it.

    "fatal" keeps the whole seed out. "error" keeps the value out: the record stays, the value is unknown,
    both are listed. "warning" keeps everything and asks a person to look. "info" is worth knowing.
    """

    key: str
    severity: Severity
    label: Label
    remedy: Label


def _kind(key: str, severity: Severity, vi: str, en: str, remedy_vi: str, remedy_en: str) -> IssueKind:
    return IssueKind(key, severity, Label(vi, en), Label(remedy_vi, remedy_en))


_RESTORE = ("Chép lại đủ bộ tệp từ bản lưu.", "Restore the whole set of files from a copy.")
_CORRECT = ("Sửa giá trị trong tệp nguồn.", "Correct the value in the source file.")

ISSUE_KINDS: dict[str, IssueKind] = {
    kind.key: kind
    for kind in (
        _kind("missing_layer", "fatal", "thiếu lớp", "layer missing", *_RESTORE),
        _kind("unreadable", "fatal", "không đọc được", "cannot be read", *_RESTORE),
        _kind("empty_layer", "fatal", "lớp rỗng", "layer empty", *_RESTORE),
        _kind("wrong_geometry_type", "fatal", "sai kiểu hình học", "wrong kind of geometry", "Xuất lại lớp với đúng kiểu hình học.", "Export the layer again with the right kind of geometry."),
        _kind("unknown_crs", "fatal", "không rõ hệ toạ độ", "coordinate system unknown", "Bổ sung tệp .prj đúng hệ toạ độ.", "Add the .prj of the right coordinate system."),
        _kind("missing_key", "fatal", "thiếu mã", "id missing", "Ghi mã riêng cho bản ghi.", "Give the record an id of its own."),
        _kind("duplicate_id", "fatal", "trùng mã", "id used twice", "Đổi mã của một trong hai bản ghi.", "Change the id of one of the records."),
        _kind("wrong_encoding", "error", "sai bảng mã", "wrong encoding", "Lưu lại bảng thuộc tính bằng UTF-8 kèm tệp .cpg.", "Save the attributes as UTF-8 with a .cpg file."),
        _kind("missing_column", "error", "thiếu cột", "column missing", "Thêm cột theo từ điển dữ liệu.", "Add the column as the data dictionary has it."),
        _kind("unknown_column", "warning", "cột lạ", "column not known", "Đổi tên hoặc bỏ cột, hoặc khai báo trong geo/layers.py.", "Rename or drop the column, or declare it in geo/layers.py."),
        _kind("required_missing", "error", "thiếu giá trị bắt buộc", "required value missing", "Điền giá trị.", "Fill in the value."),
        _kind("bad_number", "error", "không phải số", "not a number", *_CORRECT),
        _kind("bad_date", "error", "ngày không hợp lệ", "not a date", "Ghi ngày dạng 2019, 2019-02 hoặc 2019-02-14.", "Write the date as 2019, 2019-02 or 2019-02-14."),
        _kind("bad_code", "error", "mã ngoài danh mục", "code not in the list", "Dùng một mã của danh mục.", "Use a code of the list."),
        _kind("out_of_range", "error", "ngoài khoảng cho phép", "out of range", *_CORRECT),
        _kind("unknown_reference", "error", "dẫn tới bản ghi không tồn tại", "refers to a record that does not exist", "Sửa mã, hoặc thêm bản ghi được dẫn tới.", "Correct the id, or add the record that it names."),
        _kind("unknown_text_row", "warning", "dòng văn bản dài không có bản ghi", "long text without a record", "Sửa mã trong tệp .text.csv.", "Correct the id in the .text.csv file."),
        _kind("null_geometry", "info", "chưa có vị trí", "no place yet", "Bổ sung vị trí khi có nguồn.", "Add the place when a source gives it."),
        _kind("missing_geometry", "error", "thiếu hình học", "geometry missing", "Bổ sung hình học.", "Add the geometry."),
        _kind("empty_geometry", "error", "hình học rỗng", "geometry empty", "Vẽ lại hình học.", "Draw the geometry again."),
        _kind("invalid_geometry", "warning", "hình học không hợp lệ", "geometry invalid", "Đã sửa tự động; hãy kiểm tra và sửa trong tệp nguồn.", "Mended automatically; look at it and correct the source file."),
        _kind("outside_province", "error", "nằm ngoài tỉnh", "outside the province", "Kiểm tra hệ toạ độ, thứ tự X-Y và vị trí.", "Check the coordinate system, the order of X and Y, and the place."),
        _kind("place_without_precision", "warning", "vị trí không ghi độ chính xác", "place without a precision", "Ghi độ chính xác của vị trí.", "Say how precisely the place is known."),
        _kind("tiling_overlap", "warning", "các đơn vị chồng lấn", "units overlap", "Sửa ranh giới chung.", "Correct the shared border."),
        _kind("missing_metadata", "warning", "thiếu mô tả lớp", "layer metadata missing", "Thêm tệp .json mô tả nguồn và giấy phép.", "Add the .json file with source and licence."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Issue:
    """One finding. `record` is the record's key, "row 12" where it has none, None for a whole layer."""

    layer: str
    record: str | None
    field: str | None
    kind: str
    value: str
    message: Label

    @property
    def severity(self) -> Severity:
        """How bad it is, by its kind."""
        return ISSUE_KINDS[self.kind].severity

    @property
    def remedy(self) -> Label:
        """What to do about it, by its kind."""
        return ISSUE_KINDS[self.kind].remedy


@dataclass(frozen=True)
class Change:
    """One repair that was made, and the rule that it was made by."""

    layer: str
    record: str | None
    field: str | None
    before: str
    after: str
    rule: Label


@dataclass
class Report:
    """Everything found and mended on the way in."""

    issues: list[Issue] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def fatal(self) -> bool:
        """Whether something was found that keeps the data out."""
        return any(issue.severity == "fatal" for issue in self.issues)

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "issues": [
                {**vars(issue), "severity": issue.severity, "message": issue.message._asdict(),
                 "remedy": issue.remedy._asdict()}
                for issue in self.issues
            ],
            "changes": [{**vars(change), "rule": change.rule._asdict()} for change in self.changes],
        }  # fmt: skip

    @classmethod
    def from_json(cls, plain: Mapping[str, Sequence[Mapping[str, Any]]]) -> Self:
        """The report that `to_json` gave."""
        return cls(
            [Issue(**_without(row, "severity", "remedy", "message"), message=Label(**row["message"]))
             for row in plain.get("issues", ())],
            [Change(**_without(row, "rule"), rule=Label(**row["rule"])) for row in plain.get("changes", ())],
        )  # fmt: skip


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
