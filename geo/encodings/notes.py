"""Notes on a detected encoding for the person who imports the file, in both languages."""

from collections.abc import Sequence

from geo.encodings.codec import label_of
from geo.schema import Label

CAPITALS = Label(
    "TCVN3 không có chữ hoa mang dấu: chữ hoa (phông .VnTimeH) và chữ thường cùng một byte. "
    "Chỉ những chữ hoa suy ra được từ các chữ còn lại của từ mới được khôi phục; hãy kiểm tra lại chữ hoa.",
    "TCVN3 has no accented capitals: capitals (.VnTimeH fonts) and small letters are the same bytes. "
    "Only those that the rest of the word proves come back; check the capitals.",
)
DECOMPOSED = Label(
    "Có chữ viết bằng dấu tổ hợp rời (NFD); sẽ được ghép thành chữ dựng sẵn (NFC).",
    "Some letters are decomposed (NFD); they become composed ones (NFC).",
)
ETH = Label(
    "Có chữ Ð (Eth, U+00D0) viết thay cho Đ; sẽ được đổi thành Đ.",
    "Some Đ are written as Eth (U+00D0); they become Đ.",
)

AMBIGUOUS_ROWS = Label(
    "Một số dòng đã là Unicode, một số còn là bảng mã cũ; có dòng đọc cách nào cũng thành chữ. Hãy xem lại từng dòng.",
    "Some rows are Unicode already, others are not, and a few make sense either way. Look through the rows.",
)


def cut_letters(count: int) -> Label:
    """Values end in the middle of a letter."""
    return Label(
        f"{count} giá trị bị cắt giữa một chữ (cột quá hẹp); phần lẻ của chữ cuối bị bỏ.",
        f"{count} values are cut in the middle of a letter (the column was too narrow); its remainder is dropped.",
    )


def lost_letters(count: int) -> Label:
    """Values contain U+FFFD: an earlier program has replaced letters."""
    return Label(
        f"{count} giá trị có ký tự � : chữ gốc đã mất từ trước, không khôi phục được.",
        f"{count} values hold �: the letters were lost before, nothing can bring them back.",
    )


def uncertainty(encoding: str, runner_up: str) -> Label:
    """Another encoding is nearly as likely."""
    first, second = label_of(encoding), label_of(runner_up)
    return Label(
        f"Chưa chắc chắn: có thể là {first.vi} hoặc {second.vi}. Hãy xem mẫu trước và sau rồi chọn.",
        f"Not sure: it may be {first.en} or {second.en}. Look at the samples before and after, then choose.",
    )


def little_text(encoding: str) -> Label:
    """The column has too little text for a confident detection."""
    label = label_of(encoding)
    return Label(
        f"Có quá ít chữ để chắc chắn là {label.vi}. Hãy xem mẫu trước và sau.",
        f"There is too little text to be sure that it is {label.en}. Look at the samples before and after.",
    )


def several_encodings(parts: Sequence[tuple[str, int]]) -> Label:
    """Rows of the column are in different encodings; each of `parts` is one, with its number of rows."""
    vi = "; ".join(f"{label_of(encoding).vi}: {rows}" for encoding, rows in parts)
    en = "; ".join(f"{label_of(encoding).en}: {rows}" for encoding, rows in parts)
    return Label(
        f"Cột lẫn nhiều bảng mã, mỗi dòng được đọc theo bảng mã của nó ({vi} dòng).",
        f"The column mixes encodings, and each row is read by its own ({en} rows).",
    )


def unknown_name(name: str) -> Label:
    """The .cpg file contains an unknown name."""
    return Label(
        f"Tệp .cpg ghi {name!r}, không phải tên bảng mã nào được biết; bảng mã được nhận biết từ chữ.",
        f"The .cpg file says {name!r}, which names no known encoding; the text itself was judged.",
    )


def agreement(name: str) -> Label:
    """The text is in the encoding that the .cpg file names."""
    return Label(
        f"Tệp .cpg ghi {name!r} và chữ trong cột đúng như vậy.",
        f"The .cpg file says {name!r}, and the text agrees.",
    )


def contradiction(name: str, encoding: str) -> Label:
    """The text is in another encoding than the .cpg file names."""
    label = label_of(encoding)
    return Label(
        f"Tệp .cpg ghi {name!r} nhưng chữ trong cột là {label.vi}; tin vào chữ.",
        f"The .cpg file says {name!r}, but the text is {label.en}; the text is believed.",
    )
