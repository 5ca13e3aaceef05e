"""Issues and repairs of reading, mending and checking data, as values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, NamedTuple, Self, TypeAlias

from geo.schema import Label

Severity: TypeAlias = Literal["fatal", "error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "info")
MOST = 1_000
"""Maximum number of findings of one kind that `at_most` lists for a layer; a damaged file can have millions."""


class IssueKind(NamedTuple):
    """A kind of finding: its severity, its label and the remedy.

    "fatal" keeps the whole seed out: a layer or the ids of its records cannot be trusted.
    "error" keeps the value out: the record stays, the value (of a list of codes or ids: that part, of a place:
    the geometry with its precision) becomes null, and the finding has the old value.
    "warning" keeps everything and asks a person to look. "info" is worth knowing.
    """

    key: str
    severity: Severity
    label: Label
    remedy: Label


def _kind(key: str, severity: Severity, vi: str, en: str, remedy_vi: str, remedy_en: str) -> IssueKind:
    return IssueKind(key, severity, Label(vi, en), Label(remedy_vi, remedy_en))


_RESTORE = ("Chép lại đủ bộ tệp từ bản lưu.", "Restore the whole set of files from a copy.")
_CORRECT = ("Sửa giá trị trong tệp nguồn.", "Correct the value in the source file.")
_UTF8 = ("Lưu lại bảng thuộc tính bằng UTF-8 kèm tệp .cpg.", "Save the attributes as UTF-8 with a .cpg file.")
_BORDER = ("Sửa ranh giới chung.", "Correct the shared border.")
_REDRAW = ("Vẽ lại hình học.", "Draw the geometry again.")

ISSUE_KINDS: dict[str, IssueKind] = {
    kind.key: kind
    for kind in (
        # the files of a layer
        _kind("missing_layer", "fatal", "thiếu lớp", "layer missing", *_RESTORE),
        _kind("unreadable", "fatal", "không đọc được", "cannot be read", *_RESTORE),
        _kind("reader_warning", "warning", "cảnh báo của trình đọc tệp", "warning of the file reader", "Mở lớp bằng QGIS, sửa chỗ được nêu và lưu lại.", "Open the layer in QGIS, correct what is named and save it again."),
        _kind("empty_layer", "fatal", "lớp rỗng", "layer empty", *_RESTORE),
        _kind("wrong_geometry_type", "fatal", "sai kiểu hình học", "wrong kind of geometry", "Xuất lại lớp với đúng kiểu hình học.", "Export the layer again with the right kind of geometry."),
        _kind("unknown_crs", "fatal", "không rõ hệ toạ độ", "coordinate system unknown", "Bổ sung tệp .prj đúng hệ toạ độ.", "Add the .prj of the right coordinate system."),
        _kind("wrong_crs", "fatal", "toạ độ không thuộc hệ ghi trong .prj", "coordinates not of the system that the .prj names", "Thay tệp .prj bằng tệp đúng hệ toạ độ của lớp.", "Replace the .prj by that of the layer's own coordinate system."),
        _kind("wrong_table_encoding", "fatal", "cả bảng sai bảng mã", "whole table in another encoding", *_UTF8),
        _kind("missing_prj", "warning", "thiếu tệp .prj", ".prj missing", "Bổ sung tệp .prj đúng hệ toạ độ.", "Add the .prj of the right coordinate system."),
        _kind("wrong_cpg", "warning", "thiếu tệp .cpg hoặc .cpg sai", ".cpg missing or wrong", "Ghi tệp .cpg một dòng: UTF-8.", "Write a .cpg file of one line: UTF-8."),
        _kind("reprojected", "info", "đã chuyển hệ toạ độ", "reprojected", "Không cần làm gì nếu tệp .prj đúng.", "Nothing to do if the .prj is right."),
        _kind("mislabelled_crs", "fatal", ".prj ghi sai hệ quy chiếu", ".prj names the wrong datum", "Thay tệp .prj bằng tệp của đúng hệ VN-2000.", "Replace the .prj by that of the VN-2000 system itself."),
        _kind("missing_metadata", "warning", "thiếu mô tả lớp", "layer metadata missing", "Bổ sung tệp .json mô tả nguồn và giấy phép.", "Complete the .json file with source and licence."),
        _kind("wrong_count", "warning", "số bản ghi khác với mô tả", "record count differs from the metadata", "Kiểm tra lớp có đủ bản ghi; sửa records trong tệp .json.", "Check that no record is missing; correct records in the .json file."),
        # ids and columns
        _kind("missing_key", "fatal", "thiếu mã", "code missing", "Ghi mã riêng cho bản ghi.", "Give the record a code of its own."),
        _kind("duplicate_id", "fatal", "trùng mã", "code used twice", "Đổi mã của một trong hai bản ghi.", "Change the code of one of the records."),
        _kind("unaddressable_id", "fatal", "mã không dùng được làm địa chỉ trang", "code that cannot be part of an address", "Đổi mã của bản ghi.", "Change the code of the record."),
        _kind("missing_column", "error", "thiếu cột", "column missing", "Thêm cột theo từ điển dữ liệu.", "Add the column as the data dictionary has it."),
        _kind("unknown_column", "warning", "cột không có trong từ điển dữ liệu", "column not in the data dictionary", "Đổi tên hoặc bỏ cột, hoặc khai báo trong geo/ocop/layers.py.", "Rename or drop the column, or declare it in geo/ocop/layers.py."),
        _kind("bad_type", "warning", "cột sai kiểu", "column of the wrong type", "Đổi kiểu cột thành chữ; xem lại các số 0 đứng đầu.", "Make it a text column; look for leading zeros that were lost."),
        _kind("unreadable_row", "error", "dòng không đọc được", "row cannot be read", "Sửa lại dòng này trong tệp nguồn.", "Correct the row in the source file."),
        _kind("duplicate_record", "warning", "có thể trùng bản ghi", "possible duplicate", "Giữ một bản ghi; nếu là hai đối tượng khác nhau thì đặt tên cho phân biệt.", "Keep one of the records; if they are two things, give them names that differ."),
        _kind("ragged_row", "warning", "dòng thừa ô", "row with too many cells", "Đặt giá trị có dấu phẩy trong ngoặc kép.", "Put values that hold a comma in quotes."),
        _kind("unknown_text_row", "warning", "dòng văn bản dài không có bản ghi", "long text without a record", "Sửa mã trong tệp .text.csv.", "Correct the id in the .text.csv file."),
        _kind("duplicate_text_row", "warning", "văn bản dài ghi hai lần", "long text given twice", "Bỏ một trong hai dòng của tệp .text.csv.", "Drop one of the rows of the .text.csv file."),
        _kind("text_disagrees", "warning", "hai tệp ghi khác nhau", "two files disagree", "Sửa bảng thuộc tính hoặc tệp .text.csv; tệp .text.csv được dùng.", "Correct the attributes or the .text.csv file; the .text.csv file is used."),
        # values
        _kind("wrong_encoding", "error", "sai bảng mã", "wrong encoding", *_UTF8),
        _kind("cut_text", "warning", "chữ bị cắt cuối", "text cut at its end", "Ghi toàn văn vào tệp .text.csv.", "Put the whole text in the .text.csv file."),
        _kind("mojibake", "warning", "chữ bị mã hoá hai lần", "text encoded twice", "Ghi lại giá trị như gợi ý.", "Write the value as suggested."),
        _kind("lost_letters", "warning", "có ký tự đã mất", "letters lost", "Ghi lại giá trị từ văn bản gốc.", "Write the value again from the original."),
        _kind("required_missing", "error", "thiếu giá trị bắt buộc", "required value missing", "Điền giá trị.", "Fill in the value."),
        _kind("formula_cell", "error", "ô chứa công thức", "cell holds a formula", "Sao chép rồi dán lại dưới dạng giá trị (Paste Values).", "Copy the cells and paste them as values."),
        _kind("bad_number", "error", "không phải số", "not a number", *_CORRECT),
        _kind("bad_date", "error", "ngày không hợp lệ", "not a date", "Ghi ngày dạng 2019, 2019-02 hoặc 2019-02-14.", "Write the date as 2019, 2019-02 or 2019-02-14."),
        _kind("bad_code", "error", "mã ngoài danh mục", "code not in the list", "Dùng một mã trong danh mục được nêu.", "Use one of the codes that are listed."),
        _kind("out_of_range", "error", "ngoài khoảng cho phép", "out of range", *_CORRECT),
        _kind("unknown_reference", "error", "dẫn tới bản ghi không tồn tại", "refers to a record that does not exist", "Chọn bản ghi đã có, hoặc thêm mới bản ghi này.", "Choose an existing record, or add this one."),
        _kind("unknown_source", "error", "dẫn nguồn không tồn tại", "cites a source that does not exist", "Sửa mã của nguồn, hoặc thêm nguồn vào lớp sources.", "Correct the source id, or add the source to layer sources."),
        # places
        _kind("null_geometry", "info", "chưa có vị trí", "no location yet", "Bổ sung vị trí khi có nguồn.", "Add the location when a source gives it."),
        _kind("missing_geometry", "error", "thiếu hình học", "geometry missing", "Bổ sung hình học.", "Add the geometry."),
        _kind("empty_geometry", "error", "hình học rỗng", "geometry empty", *_REDRAW),
        _kind("not_finite", "error", "toạ độ không phải số", "coordinates are not numbers", *_REDRAW),
        _kind("invalid_geometry", "warning", "hình học không hợp lệ", "geometry invalid", "Đã sửa tự động; hãy kiểm tra và sửa trong tệp nguồn.", "Corrected automatically; check it and correct the source file."),
        _kind("bad_coordinate", "error", "toạ độ không đọc được", "coordinate not readable", "Ghi lại toạ độ bằng độ (kinh độ, vĩ độ) hoặc bằng mét VN-2000.", "Write the coordinate in degrees (longitude, latitude) or in VN-2000 metres."),
        _kind("swapped_coordinates", "error", "toạ độ bị đảo thứ tự", "coordinates in the wrong order", "Đối chiếu vị trí trên bản đồ; đổi lại thứ tự hai cột toạ độ trong tệp nguồn.", "Compare the location on the map; exchange the two coordinate columns in the source file."),
        _kind("places_differ", "warning", "tệp ghi hai vị trí khác nhau", "two different locations in the file", "Đối chiếu hai vị trí trên bản đồ; chọn cột có vị trí đúng hoặc sửa trong tệp nguồn.", "Compare the two places on the map; choose the columns with the right one, or correct the source file."),
        _kind("wrong_shape", "error", "hình học khác loại của lớp", "geometry of another kind than the layer's", "Xuất lại bản ghi với đúng kiểu hình học của lớp.", "Export the record again with the layer's kind of geometry."),
        _kind("still_referenced", "fatal", "bản ghi bị bỏ còn được dẫn tới", "removed record still referred to", "Giữ bản ghi trong tệp, hoặc sửa các bản ghi dẫn tới nó trước.", "Keep the record in the file, or correct the records that refer to it first."),
        _kind("ambiguous_address", "warning", "địa chỉ chưa rõ", "address ambiguous", "Chọn đúng đơn vị hành chính trong các đơn vị được nêu.", "Choose the right unit among those named."),
        _kind("unknown_address", "warning", "không nhận ra địa chỉ", "address not recognised", "Ghi đủ tên xã, tên huyện như trong danh mục đơn vị hành chính.", "Write the commune and the district by the names in the lists of units."),
        _kind("place_kept", "info", "giữ vị trí chính xác hơn đã có", "more accurate location kept", "Không cần làm gì; nếu vị trí mới đúng hơn thì ghi rõ độ chính xác của vị trí đó.", "Nothing to do; if the new location is the better one, state its accuracy."),
        _kind("outside_province", "error", "nằm ngoài tỉnh", "outside the province", "Kiểm tra hệ toạ độ, thứ tự X-Y và vị trí.", "Check the coordinate system, the order of X and Y, and the location."),
        _kind("place_without_precision", "warning", "vị trí không ghi độ chính xác", "location without its accuracy", "Ghi độ chính xác của vị trí.", "State the accuracy of the location."),
        _kind("precision_without_place", "warning", "ghi độ chính xác mà không có vị trí", "accuracy without a location", "Bổ sung vị trí hoặc bỏ độ chính xác.", "Add the location or clear the accuracy."),
        _kind("sliver", "warning", "mảnh vụn hoặc khe hẹp", "sliver or narrow gap", "Nhập mảnh vụn vào phần bên cạnh hoặc xoá đi; khe hẹp thì lấp lại.", "Merge the sliver into what is beside it or delete it; fill a narrow gap."),
        _kind("overlap", "warning", "các vùng chồng lấn", "outlines overlap", *_BORDER),
        _kind("area_differs", "warning", "diện tích khác số công bố", "area differs from the published figure", "Kiểm tra ranh giới, hệ toạ độ và đơn vị của số liệu diện tích.", "Check the outline, its coordinate system and the unit of the published area."),
        _kind("tiling_overlap", "warning", "các đơn vị chồng lấn", "units overlap", *_BORDER),
        _kind("tiling_gap", "warning", "khoảng trống giữa các đơn vị", "gap between units", *_BORDER),
    )
}  # fmt: skip


class Subject(NamedTuple):
    """What a finding is about: a record by its key, a row of the file where the key is missing, or a whole layer.

    Rows are counted from 1.
    """

    record: str | None = None
    row: int | None = None

    @property
    def label(self) -> Label:
        """The key, or the number of the row in words; empty for a whole layer.

        >>> Subject("R1").label, Subject(row=2).label
        (Label(vi='R1', en='R1'), Label(vi='dòng 2', en='row 2'))
        """
        if self.record is not None:
            return Label(self.record, self.record)
        return Label("", "") if self.row is None else Label(f"dòng {self.row}", f"row {self.row}")


WHOLE_LAYER = Subject()


def subjects_of(keys: Sequence[object]) -> list[Subject]:
    """The subject of each row of a frame, by its key, or by its number where the key is None or empty.

    >>> subjects_of(["R1", None])
    [Subject(record='R1', row=None), Subject(record=None, row=2)]
    """
    return [
        Subject(row=row) if key is None or key == "" else Subject(str(key)) for row, key in enumerate(keys, start=1)
    ]


@dataclass(frozen=True)
class Issue:
    """One finding about `record`, about `row` where that has no key, or about a whole layer; see Subject."""

    layer: str
    record: str | None
    row: int | None
    field: str | None
    kind: str
    value: str
    message: Label

    @classmethod
    def of(
        cls,
        layer: str,
        kind: str,
        vi: str,
        en: str,
        *,
        record: str | None = None,
        row: int | None = None,
        field: str | None = None,
        value: str = "",
    ) -> Self:
        """A finding; `vi` and `en` are its message: the value read and the value expected."""
        return cls(layer, record, row, field, kind, value, Label(vi, en))

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.record, self.row)

    @property
    def severity(self) -> Severity:
        """How bad it is, by its kind."""
        return ISSUE_KINDS[self.kind].severity

    @property
    def remedy(self) -> Label:
        """What to do about it, by its kind."""
        return ISSUE_KINDS[self.kind].remedy


def at_most(issues: Iterable[Issue]) -> Iterator[Issue]:
    """The first MOST of some findings of one kind and layer, and one about the layer when there are more.

    At most one item more is taken from `issues`, so that a generator that searches for them can stop early.
    """
    rest = iter(issues)
    yield from islice(rest, MOST)
    for more in rest:
        words = f"còn nữa, chỉ nêu {MOST} trường hợp đầu", f"there are more; the first {MOST} are listed"
        yield Issue.of(more.layer, more.kind, *words)
        return


@dataclass(frozen=True)
class Change:
    """One repair of `record`, or of `row` where the key is missing, with the rule that was applied."""

    layer: str
    record: str | None
    row: int | None
    field: str | None
    before: str
    after: str
    rule: Label

    @property
    def subject(self) -> Subject:
        """What was repaired."""
        return Subject(self.record, self.row)


@dataclass
class Report:
    """Every finding and every repair of one reading."""

    issues: list[Issue] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def fatal(self) -> bool:
        """Whether a fatal finding forbids to publish the data."""
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
        """The report from the output of `to_json`, of this version or of 0.1.0."""
        return cls(
            [Issue(**_without(row, "severity", "remedy", "message"), **_subject(row), message=Label(**row["message"]))
             for row in plain.get("issues", ())],
            [Change(**_without(row, "rule"), **_subject(row), rule=Label(**row["rule"]))
             for row in plain.get("changes", ())],
        )  # fmt: skip


def _without(plain: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name not in {*names, "record", "row"}}


def _subject(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Record and row of a stored finding; version 0.1.0 had no field `row` and wrote "row 12" as the record."""
    record = plain["record"]
    if "row" in plain:
        return {"record": record, "row": plain["row"]}
    number = _OLD_ROW.fullmatch(record or "")
    return {"record": None, "row": int(number[1])} if number else {"record": record, "row": None}


_OLD_ROW = re.compile(r"row ([0-9]+)")
