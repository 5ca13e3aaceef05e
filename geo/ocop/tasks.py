"""What an office has to look up where a value is missing: rows that the declared fields refer to, and when they apply."""

from collections.abc import Mapping

from geo.schema import Field, Label, Task

GOODS = ("food", "beverage", "herbal", "handicraft", "ornamental")
"""The product groups that are goods: they are made of a material, packed and labelled, unlike tourism services."""

STARS = Task(Label("Hạng sao ghi trong quyết định công nhận", "The stars in the decision of recognition"))
YEAR = Task(Label("Năm công nhận ghi trong quyết định", "The year in the decision of recognition"))
STATUS = Task(
    Label(
        "Sản phẩm đã được công nhận chưa, theo quyết định nào", "Whether the product was recognised, by which decision"
    ),
    also=("assessed", "listed"),
)
RECOGNITION = Task(
    Label(
        "Số quyết định công nhận của UBND tỉnh hoặc UBND huyện",
        "The number of the decision of the provincial or district People's Committee",
    )
)
CERTIFIED_FROM = Task(
    Label("Ngày cấp ghi trên giấy chứng nhận", "The date of issue on the certificate"),
)
PLAN_3770 = Task(
    Label(
        "Sản phẩm có trong danh sách hỗ trợ của Kế hoạch 3770/KH-UBND (2021) không",
        "Whether the product is on the list of plan 3770/KH-UBND (2021)",
    )
)
COHORT_MEMBERS = Task(
    Label(
        "Danh sách sản phẩm của nhóm theo văn bản của cơ quan, kèm số và ngày của văn bản",
        "The products of the cohort by a document of the office, with its number and date",
    )
)
PRODUCER = Task(
    Label("Tên và địa chỉ chủ thể ghi trên giấy chứng nhận", "The producer's name and address on the certificate")
)
RAW_MATERIAL = Task(
    Label("Nguyên liệu chính theo hồ sơ sản phẩm", "The main raw material in the product's file"),
    where=("group", GOODS),
)
STORY = Task(Label("Câu chuyện sản phẩm trong hồ sơ đánh giá, phân hạng", "The product story in the assessment file"))
PACKAGING = Task(
    Label(
        "Bao bì của sản phẩm đã hoàn thiện chưa, theo hồ sơ đánh giá hoặc chủ thể",
        "Whether the packaging is complete, by the assessment file or the producer",
    ),
    where=("group", GOODS),
)
LABELLING = Task(
    Label(
        "Nhãn đã đủ nội dung bắt buộc (tên, chủ thể, xuất xứ) và mã QR chưa",
        "Whether the label has all that it must (name, producer, origin) and a QR code",
    ),
    where=("group", GOODS),
)
FOUNDED = Task(
    Label(
        "Ngày thành lập ghi trên giấy chứng nhận đăng ký", "The date of foundation on the certificate of registration"
    )
)
PARTNERS = Task(Label("Số hộ thành viên và hộ liên kết hiện nay", "How many households are members or partners today"))
AREA = Task(Label("Diện tích hiện nay và năm của số liệu", "The area today, and the year of the figure"))
AREA_YEAR = Task(Label("Năm của số liệu diện tích", "The year of the figure"), where=("area_ha", ()))
HOUSEHOLDS_OF_ZONE = Task(Label("Số hộ trồng hoặc nuôi trong vùng", "How many households grow or keep it in the zone"))
GROWING_AREA = Task(
    Label("Mã số vùng trồng đã cấp, nếu có", "The growing-area code, if one was given"),
)
BOUNDARY = Task(
    Label(
        "Ranh giới đo đạc của vùng: tệp GPS hoặc bản đồ quy hoạch", "The surveyed outline: a GPS file or a planning map"
    ),
    also=("administrative",),
)
RECOGNISED_CRAFT = Task(
    Label(
        "Nghề, làng nghề đã được công nhận chưa, thuộc loại nào",
        "Whether the craft or village was recognised, and as what",
    ),
    also=("craft_place",),
)
PEOPLE = Task(Label("Dân tộc chiếm đa số trong bản", "The ethnic group of most villagers"))
RECOGNISED = Task(Label("Ngày hoặc năm được công nhận", "The day or year of recognition"))
VILLAGE_DECISION = Task(
    Label("Số quyết định công nhận làng nghề, nghề hoặc điểm du lịch", "The number of the decision of recognition")
)
HOUSEHOLDS = Task(Label("Số hộ của bản", "How many households the village has"))
HOUSEHOLDS_IN_CRAFT = Task(Label("Số hộ làm nghề", "How many households practise the craft"), where=("craft", ()))
RANK = Task(
    Label("Di tích, danh thắng đã được xếp hạng chưa, ở cấp nào", "Whether the place was ranked, and at which level"),
    where=("kind", ("historic", "architecture", "archaeology", "scenic")),
)
RANK_DECISION = Task(Label("Số quyết định xếp hạng", "The number of the decision on the rank"), where=("rank", ()))
RANK_DATE = Task(Label("Ngày ban hành quyết định xếp hạng", "The date of the decision on the rank"), where=("rank", ()))
OPENING = Task(
    Label("Giờ mở cửa và giá vé đang áp dụng", "Opening hours and tickets in force"),
    where=("kind", ("museum", "historic", "archaeology", "architecture", "spring")),
)
DAYS = Task(Label("Ngày họp chợ hoặc ngày lễ hội hằng năm", "The days of the market or of the yearly festival"))
LOCATION = Task(
    Label("Toạ độ đo tại thực địa, ví dụ bằng điện thoại", "Coordinates taken on the spot, for example with a phone"),
    also=("commune", "district"),
)
SOURCE_ADDRESS = Task(
    Label(
        "Địa chỉ trang web, hoặc số và ngày ban hành văn bản",
        "The address of the page, or number and date of the document",
    )
)


def is_called_for(task: Task, value: object) -> bool:
    """Whether a task applies to a record that has `value` in the field on which the task depends, if on any."""
    if task.where is None:
        return True
    keys = task.where[1]
    return value is not None and (not keys or value in keys)


def applies_to(field: Field, values: Mapping[str, object]) -> bool:
    """Whether an office could have to look up the value of `field` for a record with these values."""
    task = field.task
    return task is not None and is_called_for(task, values.get(task.where[0]) if task.where else None)


def lacks(field: Field, value: object) -> bool:
    """Whether `value` is missing in `field`, or counts as missing there."""
    return value is None or (field.task is not None and value in field.task.also)


def is_to_look_up(field: Field, values: Mapping[str, object]) -> bool:
    """Whether it has to: the task applies, and the value is missing or counts as missing."""
    return lacks(field, values.get(field.name)) and applies_to(field, values)
