"""VISCII 1.1 (RFC 1456): every Vietnamese letter in one byte, six capitals among the control characters."""

from geo.encodings.one_byte import ByteTable, overlay

VISCII_1_1 = {
    0x02: "Ẳ",
    0x05: "ẴẪ",
    0x14: "Ỷ",
    0x19: "Ỹ",
    0x1E: "Ỵ",
    0x80: "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ",
    0x90: "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ",
    0xA0: "Õắằặấầẩậẽẹếềểễệố",
    0xB0: "ồổỗỠƠộờởịỰỨỪỬơớƯ",
    0xC0: "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ",
    0xD0: "ĐứÒÓÔạỷừửÙÚỹỵÝỡư",
    0xE0: "àáâãảăữẫèéêẻìíĩỉ",
    0xF0: "đựòóôõỏọụùúũủýợỮ",
}

_LETTERS = overlay("".join(map(chr, range(256))), VISCII_1_1)
VISCII = ByteTable(_LETTERS, {letter: bytes([byte]) for byte, letter in enumerate(_LETTERS)})
