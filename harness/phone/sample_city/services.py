"""What the sample city offers: categories, services and their guides. All of it is fictional."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Category:
    """A field of life that services are sorted by."""

    key: str
    title: str
    icon: str
    color: str


@dataclass(frozen=True)
class Guide:
    """The seven elements of a service guide."""

    conditions: str
    materials: tuple[str, ...]
    time_limit: str
    process: tuple[str, ...]
    fee: str
    place: str
    phone: str


@dataclass(frozen=True)
class Service:
    """One service. With `days` of zero it answers at once with data and takes no application."""

    key: str
    title: str
    category: str
    group: str
    conditions: str
    materials: tuple[str, ...]
    days: int
    fee: str = "不收费"

    @property
    def query(self) -> bool:
        """Whether it only answers with data."""
        return self.days == 0

    @property
    def department(self) -> str:
        """Who is in charge of it."""
        return _OFFICES[self.category][0]

    @property
    def guide(self) -> Guide:
        """Its service guide."""
        _, place, phone = _OFFICES[self.category]
        limit = f"法定时限 {self.days * 3} 个工作日；承诺时限 {self.days} 个工作日"
        return Guide(
            conditions=self.conditions,
            materials=self.materials,
            time_limit="即时办结" if self.query else limit,
            process=_QUERY_PROCESS if self.query else _PROCESS,
            fee=self.fee,
            place=f"{place}；也可在本 App 全程网上办理",
            phone=f"{phone}（工作日 9:00—17:00）",
        )


CATEGORIES: tuple[Category, ...] = (
    Category("social", "社会保障", "shield-account", "#1464E8"),
    Category("housing", "住房保障", "home-city", "#0E8A7D"),
    Category("health", "医疗健康", "medical-bag", "#D4453B"),
    Category("education", "教育就学", "school", "#B7620C"),
    Category("residence", "户籍居住", "home-heart", "#5B53D6"),
    Category("transport", "交通出行", "car", "#0B7FB5"),
    Category("family", "婚姻生育", "baby-carriage", "#C2397F"),
    Category("elderly", "养老助残", "human-cane", "#5E7C16"),
)

_OFFICES = {
    "social": ("样例市人力资源和社会保障局", "样例市社保服务中心（样例路 12 号）", "12333"),
    "housing": ("样例市住房公积金管理中心", "样例市公积金服务大厅（湖滨路 8 号）", "12329"),
    "health": ("样例市医疗保障局", "样例市医保服务大厅（健康路 3 号）", "12393"),
    "education": ("样例市教育局", "样例市教育服务窗口（学府路 20 号）", "0000-1234501"),
    "residence": ("样例市公安局", "样例市公安局人口服务大厅（平安路 1 号）", "0000-1234502"),
    "transport": ("样例市交通运输局", "样例市交通服务大厅（通达路 66 号）", "12328"),
    "family": ("样例市民政局", "样例市婚姻登记处（同心路 9 号）", "0000-1234503"),
    "elderly": ("样例市民政局", "样例市养老服务中心（长青路 5 号）", "0000-1234504"),
}

_PROCESS = ("网上申请", "受理审核", "办结决定", "送达")
_QUERY_PROCESS = ("登录账号", "选择查询项", "查看结果")


_ID = "申请人身份证"

SERVICES: tuple[Service, ...] = (
    # 社会保障
    Service("contribution_query", "社保缴费查询", "social", "查询",
             "在本市参加社会保险的单位职工和灵活就业人员。", (_ID,), 0),
    Service("card_loss", "社保卡挂失", "social", "社保卡",
             "持有本市社会保障卡且卡片遗失的人员。", (_ID, "社会保障卡号"), 1),
    Service("card_apply", "社保卡申领", "social", "社保卡",
             "在本市参保或者持有本市居住证的人员。", (_ID, "近期免冠照片"), 5),
    Service("flexible_insurance", "灵活就业参保登记", "social", "参保",
             "年满 16 周岁且未达到法定退休年龄，在本市灵活就业的人员。",
             (_ID, "本市户口簿或者居住证"), 3),
    Service("unemployment", "失业保险金申领", "social", "待遇",
             "失业前已缴费满一年，非因本人意愿中断就业，并已办理失业登记。",
             (_ID, "解除劳动关系证明", "社会保障卡"), 7),
    Service("pension_transfer", "养老保险关系转移", "social", "转移",
             "跨省市流动就业并已在本市参加养老保险的人员。", (_ID, "参保缴费凭证"), 10),
    # 住房保障
    Service("fund_withdrawal", "公积金提取", "housing", "公积金",
             "在本市缴存住房公积金满三个月，因租房、购房、还贷或者离退休需要提取的职工；"
             "本人及配偶在本市无自有住房的，可申请租房提取。",
             (_ID, "本人银行卡", "租赁备案证明或者购房合同", "婚姻状况承诺书"), 3),
    Service("fund_query", "公积金余额查询", "housing", "公积金",
             "在本市开立住房公积金账户的职工。", (_ID,), 0),
    Service("fund_loan", "公积金贷款申请", "housing", "公积金",
             "连续足额缴存住房公积金满六个月，在本市购买自住住房的职工。",
             (_ID, "购房合同", "收入证明", "首付款凭证"), 15),
    Service("rent_subsidy", "租房补贴申请", "housing", "租房",
             "毕业五年内在本市就业、无自有住房的高校毕业生。",
             (_ID, "学历证明", "租赁备案证明"), 10),
    Service("public_rental", "公共租赁住房申请", "housing", "租房",
             "具有本市户籍或者持有居住证满两年，家庭人均住房面积低于 15 平方米。",
             (_ID, "户口簿", "住房情况承诺书"), 20),
    Service("lease_filing", "房屋租赁登记备案", "housing", "租房",
             "在本市签订房屋租赁合同的出租人和承租人。", (_ID, "租赁合同", "不动产权证"), 3),
    # 医疗健康
    Service("appointment", "预约挂号", "health", "就医",
             "在本市医院就诊的人员。", (_ID,), 0),
    Service("medical_query", "医保账户查询", "health", "医保",
             "在本市参加基本医疗保险的人员。", (_ID,), 0),
    Service("medical_reimbursement", "医疗费用报销", "health", "医保",
             "在本市参保，因急诊或者异地就医垫付医疗费用的人员。",
             (_ID, "医疗费发票", "费用明细清单", "本人银行卡"), 15),
    Service("remote_treatment", "异地就医备案", "health", "医保",
             "在本市参保，需到外地就医或者长期在外地居住的人员。", (_ID, "异地居住证明"), 1),
    # 教育就学
    Service("school_enrolment", "义务教育入学报名", "education", "入学",
             "年满 6 周岁、户籍或者居住证在本市的适龄儿童。",
             ("户口簿", "监护人身份证", "房产证或者租赁备案证明"), 10),
    Service("district_query", "学区查询", "education", "入学",
             "关注本市义务教育学校招生范围的市民。", (_ID,), 0),
    Service("school_transfer", "中小学转学", "education", "学籍",
             "因户籍或者居住地变动需要转学的学生。", ("学籍证明", "户口簿", "居住证明"), 5),
    Service("student_grant", "学生资助申请", "education", "资助",
             "家庭经济困难的在校学生。", (_ID, "家庭经济情况说明"), 10),
    # 户籍居住
    Service("residence_permit", "居住证办理", "residence", "居住证",
             "离开常住户口所在地，在本市居住半年以上，有合法稳定就业、合法稳定住所或者连续就读的人员。",
             (_ID, "居住地住址证明", "近期免冠照片"), 5),
    Service("permit_endorsement", "居住证签注", "residence", "居住证",
             "持有本市居住证满一年，继续在本市居住的人员。", (_ID, "居住证"), 1),
    Service("household_transfer", "户口迁移", "residence", "户口",
             "符合本市落户条件的人员。", (_ID, "户口簿", "准迁证明"), 10),
    Service("id_renewal", "身份证换领", "residence", "身份证",
             "居民身份证有效期满、损坏或者登记项目变更的人员。",
             ("原居民身份证",), 15, "工本费 20 元"),
    Service("passport", "普通护照申领", "residence", "出入境",
             "需要出国的本市居民。", (_ID, "近期免冠照片"), 7, "工本费 120 元"),
    # 交通出行
    Service("violation_query", "交通违法查询", "transport", "查询",
             "机动车所有人和驾驶人。", (_ID,), 0),
    Service("driving_licence", "驾驶证期满换证", "transport", "驾驶证",
             "机动车驾驶证有效期满前九十日内的驾驶人。",
             (_ID, "驾驶证", "体检证明"), 1, "工本费 10 元"),
    Service("transit_card", "公交卡余额查询", "transport", "公交",
             "持有本市公共交通卡的市民。", ("公共交通卡号",), 0),
    Service("parking_permit", "居民停车证办理", "transport", "停车",
             "在道路停车泊位附近居住并拥有机动车的居民。", (_ID, "行驶证", "居住证明"), 5),
    # 婚姻生育
    Service("marriage_booking", "结婚登记预约", "family", "婚姻",
             "双方自愿结婚并达到法定婚龄的居民。", ("双方身份证", "双方户口簿"), 1),
    Service("birth_registration", "生育登记", "family", "生育",
             "计划生育或者已经怀孕的本市居民。", (_ID, "结婚证"), 1),
    Service("maternity_allowance", "生育津贴申领", "family", "生育",
             "用人单位按规定缴纳生育保险的职工。", (_ID, "出生医学证明", "本人银行卡"), 10),
    Service("birth_certificate", "出生医学证明补发", "family", "生育",
             "出生医学证明遗失或者损毁的新生儿监护人。", ("父母身份证", "户口簿"), 5),
    # 养老助残
    Service("pension_certification", "养老金资格认证", "elderly", "养老",
             "在本市领取养老金的退休人员。", (_ID,), 1),
    Service("elderly_card", "老年人优待证申领", "elderly", "养老",
             "年满 60 周岁的本市常住老年人。", (_ID, "近期免冠照片"), 5),
    Service("elderly_allowance", "高龄津贴申请", "elderly", "养老",
             "年满 80 周岁的本市户籍老年人。", (_ID, "户口簿", "社会保障卡"), 10),
    Service("care_assessment", "长期护理评估申请", "elderly", "护理",
             "因年老、疾病或者残疾连续六个月以上失能的参保人员。", (_ID, "病历资料"), 15),
    Service("disability_card", "残疾人证办理", "elderly", "助残",
             "符合残疾标准的本市户籍居民。", (_ID, "户口簿", "评定表"), 20),
)  # fmt: skip

HOT = ("contribution_query", "fund_query", "appointment", "residence_permit")
"""Services on the home page's hot list."""

HOT_WORDS = (
    "社保缴费查询",
    "居住证办理",
    "预约挂号",
    "生育登记",
    "养老金资格认证",
    "公积金余额查询",
)

_BY_KEY = {service.key: service for service in SERVICES}
_CATEGORY_BY_KEY = {category.key: category for category in CATEGORIES}


def service(key: str) -> Service:
    """The service of this key; an unknown one, from a foreign link, is the first."""
    return _BY_KEY.get(key, SERVICES[0])


def category(key: str) -> Category:
    """The category of this key; an unknown one is the first."""
    return _CATEGORY_BY_KEY.get(key, CATEGORIES[0])


def services_of(category_key: str, group: str = "") -> tuple[Service, ...]:
    """The services of a category, or of one group in it."""
    return tuple(
        each for each in SERVICES if each.category == category_key and group in ("", each.group)
    )


def groups_of(category_key: str) -> tuple[str, ...]:
    """The groups of a category, in the order of its services."""
    return tuple(dict.fromkeys(each.group for each in services_of(category_key)))


# --- search ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a search found. `meant` is the likely title when only similar ones were found."""

    titles: tuple[str, ...]
    meant: str = ""


def search(query: str, titles: Iterable[str]) -> Found:
    """Titles with the query in them, then similar ones; one wrong character is forgiven."""
    known = tuple(titles)
    words = "".join(query.split())
    exact = tuple(title for title in known if words and words in title)
    near = tuple(title for title in _by_likeness(words, known) if title not in exact)
    if exact:
        return Found(exact + near[:3])
    return Found(near, near[0] if near else "")


def _by_likeness(words: str, titles: tuple[str, ...]) -> list[str]:
    """Titles that look like the words, the most similar first."""
    scored = [(SequenceMatcher(None, words, title).ratio(), title) for title in titles]
    alike = [each for each in scored if each[0] >= 0.6]
    return [title for _, title in sorted(alike, key=lambda each: -each[0])]
