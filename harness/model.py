"""The words of Zhangce as values: what was asked, and what was observed.

Everything is frozen. The first half is what people write in YAML (scenarios,
App profiles, devices), in the very shape in which they write it, so that the
same models read a file, write its JSON Schema and are kept in the record of a
run. The second half is what the harness saw, complete enough for every number
to be computed again from it, offline.

Imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError
from typing_extensions import override

SCHEMA_VERSION = 2
"""Of the record: raised when a reader of older runs would misread a newer one."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
ELEMENT_NAME = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
ElementName = Annotated[str, Field(pattern=ELEMENT_NAME, max_length=120)]
LONGEST_WRITTEN = 2000
"""Characters of one text that a person writes."""
NonEmpty = Annotated[str, Field(min_length=1, max_length=LONGEST_WRITTEN)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Share = Annotated[float, Field(gt=0, le=1)]


class Frozen(BaseModel):
    """The base of every model: immutable, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


class Words(Frozen):
    """One thing said in Chinese and in English."""

    # Of any length: what is said may quote what an App, a phone or a server has said.
    zh: Annotated[str, Field(min_length=1)]
    en: str = ""

    @classmethod
    def same(cls, text: str) -> Self:
        """What reads the same in both languages: a name, a number, what an App says."""
        return cls(zh=text, en=text)

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}" if self.en not in ("", self.zh) else self.zh


def _no_longer_than_written(words: Words) -> Words:
    if max(len(words.zh), len(words.en)) > LONGEST_WRITTEN:
        raise PydanticKnownError("string_too_long", {"max_length": LONGEST_WRITTEN})
    return words


Title = Annotated[Words, AfterValidator(_no_longer_than_written)]
"""What people call a thing in a file of theirs."""


class Mistake(ValueError):
    """What a validator finds wrong with what people have written.

    Attributes:
        words: what is wrong, and what to write instead.
        at: the keys that lead to it from what is validated; none where it is the whole.
    """

    def __init__(self, words: Words, *at: str) -> None:
        super().__init__(str(words))
        self.words = words
        self.at = at


# --- locators: how an element is found ------------------------------------------------------------


def _sole_key(value: Any) -> str | None:
    """The tag of a value that says what it is by its only key, as `{tap: home.search}` does."""
    if isinstance(value, Mapping):
        return str(next(iter(value))) if len(value) == 1 else None
    return getattr(value, "tag", None)


def _text_match_tag(value: Any) -> str | None:
    return "equals" if isinstance(value, str) else _sole_key(value)


class Contains(Frozen):
    """Any text with this in it."""

    tag: ClassVar[str] = "contains"
    contains: NonEmpty


class Matches(Frozen):
    """Any text that this regular expression matches as a whole."""

    tag: ClassVar[str] = "matches"
    matches: Annotated[str, Field(min_length=1, max_length=500)]


TextMatch = Annotated[
    Annotated[NonEmpty, Tag("equals")]
    | Annotated[Contains, Tag("contains")]
    | Annotated[Matches, Tag("matches")],
    Discriminator(_text_match_tag),
]
"""A text: a bare string must be equal to it."""


class ById(Frozen):
    """By resource id, with or without the package: `home_search`."""

    tag: ClassVar[str] = "id"
    id: NonEmpty


class ByDescription(Frozen):
    """By content description, which a screen reader would say."""

    tag: ClassVar[str] = "description"
    description: TextMatch


class ByText(Frozen):
    """By the text that is shown."""

    tag: ClassVar[str] = "text"
    text: TextMatch


class ByClass(Frozen):
    """By widget class: `android.widget.EditText`."""

    tag: ClassVar[str] = "class"
    class_: NonEmpty = Field(alias="class")


class ByXPath(Frozen):
    """By XPath over the view hierarchy. Slow on a real phone: it reads the whole page source."""

    tag: ClassVar[str] = "xpath"
    xpath: NonEmpty


class ByUiAutomator(Frozen):
    """By a UiSelector or UiScrollable expression."""

    tag: ClassVar[str] = "uiautomator"
    uiautomator: NonEmpty


class ByCss(Frozen):
    """By CSS selector, in web pages only: `#query`."""

    tag: ClassVar[str] = "css"
    css: NonEmpty


Locator = Annotated[
    Annotated[ById, Tag("id")]
    | Annotated[ByDescription, Tag("description")]
    | Annotated[ByText, Tag("text")]
    | Annotated[ByClass, Tag("class")]
    | Annotated[ByXPath, Tag("xpath")]
    | Annotated[ByUiAutomator, Tag("uiautomator")]
    | Annotated[ByCss, Tag("css")],
    Discriminator(_sole_key),
]


LOCATOR_TAGS = frozenset({"id", "description", "text", "class", "xpath", "uiautomator", "css"})
Context = Literal["native", "webview"]
"""Where something is: on the App's own screens, or in the web page that it shows."""
LOCATORS_IN: Mapping[Context, frozenset[str]] = {
    "native": LOCATOR_TAGS - {"css"},
    "webview": LOCATOR_TAGS - {"class", "uiautomator"},
}
"""The ways to find an element in each of them."""


def _target_tag(value: Any) -> str:
    return "name" if isinstance(value, str) else "locator"


Target = Annotated[
    Annotated[ElementName, Tag("name")] | Annotated[Locator, Tag("locator")],
    Discriminator(_target_tag),
]
"""What a step acts on: the name of an element of the App's profile, or a locator on the spot."""


def name_text(match: TextMatch) -> str:
    """A text match in words."""
    if isinstance(match, Contains):
        return f"“…{match.contains}…”"
    if isinstance(match, Matches):
        return f"/{match.matches}/"
    return f"“{match}”"


def name_target(target: Target) -> str:
    """A target in words, as sentences and messages call it."""
    match target:
        case ById():
            words = f"#{target.id}"
        case ByDescription(description=text) | ByText(text=text):
            words = name_text(text)
        case ByClass():
            words = f"<{target.class_}>"
        case (
            ByXPath(xpath=expression)
            | ByUiAutomator(uiautomator=expression)
            | ByCss(css=expression)
        ):
            words = expression
        case str():
            words = target
    return words


# --- short forms ----------------------------------------------------------------------------------


class ShortForm(Frozen):
    """A model that may be written as its first field alone: `run: log_in`."""

    @classmethod
    def _stands_alone(cls, value: Any) -> bool:
        return isinstance(value, str)

    @model_validator(mode="before")
    @classmethod
    def _as_first_field(cls, value: Any) -> Any:
        return {next(iter(cls.model_fields)): value} if cls._stands_alone(value) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        model = dict(handler.resolve_ref_schema(handler(schema)))
        first = next(iter(model["properties"].values()))
        return {"anyOf": [*first.get("anyOf", first.get("oneOf", [first])), model]}


class TargetForm(ShortForm):
    """One whose first field is a target: `expect: search.results`, `expect: {text: 搜索}`."""

    @override
    @classmethod
    def _stands_alone(cls, value: Any) -> bool:
        is_locator = isinstance(value, Mapping) and _sole_key(value) in LOCATOR_TAGS
        return isinstance(value, str) or is_locator


# --- conditions -----------------------------------------------------------------------------------

ENABLED = Words(zh="可用", en="enabled")
DISABLED = Words(zh="不可用", en="disabled")
CHECKED = Words(zh="已勾选", en="checked")
UNCHECKED = Words(zh="未勾选", en="unchecked")


class Condition(TargetForm):
    """Something that can be seen: an element, and what it says or how it stands."""

    visible: Target
    text: TextMatch | None = None
    enabled: bool | None = None
    checked: bool | None = None
    within_s: Seconds | None = None
    """How long it may take to come; the scenario's `patience_s` unless given."""
    context: Context = Field("native", alias="in")
    """`webview` for what is seen in the App's web page."""

    def describe(self) -> Words:
        """The condition in words, but for the context: the step's sentence says that."""
        words = [Words.same(name_target(self.visible))]
        if self.text is not None:
            words.append(Words.same(f"= {name_text(self.text)}"))
        if self.enabled is not None:
            words.append(ENABLED if self.enabled else DISABLED)
        if self.checked is not None:
            words.append(CHECKED if self.checked else UNCHECKED)
        return Words(zh=" ".join(each.zh for each in words), en=" ".join(each.en for each in words))


class Absence(TargetForm):
    """Something that must no longer be seen."""

    gone: Target
    within_s: Seconds | None = None
    context: Context = Field("native", alias="in")
    """`webview` for what must be gone from the App's web page."""


# --- steps ----------------------------------------------------------------------------------------


class StepModel(Frozen):
    """One action and its wait, written as a mapping with one key."""

    tag: ClassVar[str]

    def describe(self) -> Words:
        """The step in one sentence, for log, terminal and report alike."""
        raise NotImplementedError


class PlacedStep(StepModel):
    """A step that may be about the App's web page: `in: webview` beside its one key."""

    context: Context = Field("native", alias="in")
    """`webview` for an element of the App's web page."""

    def _placed(self, zh: str, en: str, context: Context = "native") -> Words:
        """A sentence that says so, if it is about a web page."""
        if "webview" in (self.context, context):
            return Words(zh=f"在网页中{zh}", en=f"{en} in the web page")
        return Words(zh=zh, en=en)


class BareStep(StepModel):
    """A step that needs nothing but its name: `back`."""

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, value: Any) -> Any:
        return {value: True} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"const": cls.tag, "description": (cls.__doc__ or "").split("\n")[0]}


class Launch(BareStep):
    """Starts the App and waits for its first screen."""

    tag: ClassVar[str] = "launch"
    launch: Literal[True] = True

    @override
    def describe(self) -> Words:
        return Words(zh="启动 App", en="Launch the App")


class Back(BareStep):
    """Presses the system's back key."""

    tag: ClassVar[str] = "back"
    back: Literal[True] = True

    @override
    def describe(self) -> Words:
        return Words(zh="按返回键", en="Press back")


class HideKeyboard(BareStep):
    """Closes the soft keyboard when it is open."""

    tag: ClassVar[str] = "hide_keyboard"
    hide_keyboard: Literal[True] = True

    @override
    def describe(self) -> Words:
        return Words(zh="收起键盘", en="Hide the keyboard")


class Tap(PlacedStep):
    """Taps the middle of an element."""

    tag: ClassVar[str] = "tap"
    tap: Target

    @override
    def describe(self) -> Words:
        what = name_target(self.tap)
        return self._placed(f"点按 {what}", f"Tap {what}")


class LongPress(StepModel):
    """Presses an element for a second."""

    tag: ClassVar[str] = "long_press"
    long_press: Target

    @override
    def describe(self) -> Words:
        what = name_target(self.long_press)
        return Words(zh=f"长按 {what}", en=f"Long-press {what}")


How = Literal["set", "paste", "keys"]
"""The ways to get a text into a field."""


def has_keys(text: str) -> bool:
    """Whether keys type it: printable ASCII, so that no key of it is Enter."""
    return text.isascii() and text.isprintable()


SECRET = "${secret:"
"""How a text begins to name a secret: see harness/variables.py."""


class TextInput(Frozen):
    """Which field, what to write, and how."""

    into: Target
    text: NonEmpty
    how: How = "set"
    """`set`: at once, past any keyboard, in any language. `paste`: a tap on the field, then what
    was copied, in place of what it held. `keys`: a tap, then key by key, what a keyboard without
    an input method can type; for fields that refuse to be set, and codes of one field a digit."""

    @property
    def pastes_a_secret(self) -> bool:
        """Whether other Apps could read a secret: what is copied, all may."""
        return self.how == "paste" and SECRET in self.text


_IN_WORDS: Mapping[How, Words] = {
    "set": Words(zh="输入", en="Type"),
    "paste": Words(zh="粘贴", en="Paste"),
    "keys": Words(zh="逐键输入", en="Type key by key"),
}


class Type(PlacedStep):
    """Writes text into a field, in place of what it holds."""

    tag: ClassVar[str] = "type"
    type: TextInput

    @model_validator(mode="after")
    def _by_a_finger_outside_of_pages(self) -> Type:
        if self.context == "webview" and self.type.how != "set":
            how = self.type.how
            raise Mistake(
                Words(
                    zh=f"网页里的文字是直接写入的；请去掉 how: {how}",
                    en=f"in a web page a text is set; leave how: {how} out",
                ),
                "type",
            )
        return self

    @override
    def describe(self) -> Words:
        what, text, how = name_target(self.type.into), self.type.text, _IN_WORDS[self.type.how]
        return self._placed(f"在 {what} {how.zh}“{text}”", f"{how.en} “{text}” into {what}")


class Clear(PlacedStep):
    """Empties a field."""

    tag: ClassVar[str] = "clear"
    clear: Target

    @override
    def describe(self) -> Words:
        what = name_target(self.clear)
        return self._placed(f"清空 {what}", f"Clear {what}")


Direction = Literal["up", "down", "left", "right"]


SWIPE_SHARE: Mapping[Direction, float] = {"up": 0.6, "down": 0.6, "left": 0.75, "right": 0.75}
"""How far a finger goes, of what it swipes on. Android's pages turn when the finger, which does
not fling, has moved them by 0.6 of their width, and nearer to its edge begins the back gesture."""


class SwipeMove(ShortForm):
    """A swipe: where the finger moves to, on what, over which share of its length."""

    direction: Direction
    on: Target | None = None
    distance: Share | None = None
    """0.6 up and down, 0.75 to the left and right unless given: enough to turn a page of tabs."""

    @property
    def share(self) -> float:
        """Of the length of what it swipes on."""
        return self.distance or SWIPE_SHARE[self.direction]


class Swipe(StepModel):
    """Moves a finger over the screen or over an element."""

    tag: ClassVar[str] = "swipe"
    swipe: SwipeMove

    @override
    def describe(self) -> Words:
        sides = {"up": "上", "down": "下", "left": "左", "right": "右"}
        where = "" if self.swipe.on is None else name_target(self.swipe.on)
        return Words(
            zh=f"{where and f'在 {where} '}向{sides[self.swipe.direction]}滑动",
            en=f"Swipe {self.swipe.direction}{where and f' on {where}'}",
        )


class PullToRefresh(StepModel):
    """Pulls a list down from its top, as people do to have it loaded anew."""

    tag: ClassVar[str] = "pull_to_refresh"
    pull_to_refresh: Target

    @override
    def describe(self) -> Words:
        what = name_target(self.pull_to_refresh)
        return Words(zh=f"下拉刷新 {what}", en=f"Pull {what} down to refresh")


class ScrollSearch(TargetForm):
    """What to scroll to, in which direction of the content, at most how many screens."""

    to: Target
    direction: Direction = "down"
    at_most: Annotated[int, Field(ge=1, le=50)] = 10


class ScrollTo(StepModel):
    """Scrolls, as a finger would, until an element is in view."""

    tag: ClassVar[str] = "scroll_to"
    scroll_to: ScrollSearch

    @override
    def describe(self) -> Words:
        what = name_target(self.scroll_to.to)
        return Words(zh=f"滑动到 {what}", en=f"Scroll to {what}")


class Turn(Frozen):
    """A wheel of a picker, and what it shall say."""

    wheel: Target
    to: TextMatch


class Pick(StepModel):
    """Turns a wheel of a date or region picker until it says what is wanted."""

    tag: ClassVar[str] = "pick"
    pick: Turn

    @override
    def describe(self) -> Words:
        wheel, to = name_target(self.pick.wheel), name_text(self.pick.to)
        return Words(zh=f"把滚轮 {wheel} 转到 {to}", en=f"Turn the wheel {wheel} to {to}")


class Tick(Frozen):
    """A box to tick: by the words beside it, or itself. A bare text is a name, else words."""

    label: TextMatch | None = None
    """The words beside it: just these or, where nothing says just these, among others."""
    box: Target | None = None
    """The box itself, for one without words or that stands elsewhere."""
    on: bool = True
    """Whether it shall be ticked or not."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """`check: 我已阅读`, `check: form.agree` and `check: {id: agree}` are short for these."""
        if isinstance(value, str):
            return {"box" if re.fullmatch(ELEMENT_NAME, value) else "label": value}
        is_locator = isinstance(value, Mapping) and _sole_key(value) in LOCATOR_TAGS
        return {"box": value} if is_locator else value

    @model_validator(mode="after")
    def _by_one_of_them(self) -> Tick:
        if (self.label is None) == (self.box is None):
            raise Mistake(
                Words(
                    zh="勾选框按旁边的文字或按它自己来指，只写一个；请写 check: {label: 我已阅读} "
                    "或 check: {box: form.agree}",
                    en="a box is told by its label or by itself; write check: {label: 我已阅读} or "
                    "check: {box: form.agree}",
                )
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        model = dict(handler.resolve_ref_schema(handler(schema)))
        # `anyOf` the ways to find an element, of which the short form may be one, and nothing.
        ways = [way for way in model["properties"]["box"]["anyOf"] if way.get("type") != "null"]
        return {"anyOf": [{"type": "string", "minLength": 1}, *ways, model]}

    @property
    def sign(self) -> Target:
        """What shows that it is there: the box, or its label."""
        if self.label is None:
            return self.box or ""  # one of the two is given
        bare = isinstance(self.label, str)
        return ByText.model_validate({"text": {"contains": self.label} if bare else self.label})


class Check(StepModel):
    """Ticks a box, or takes the tick away, unless it stands so already; touches no words."""

    tag: ClassVar[str] = "check"
    check: Tick

    @override
    def describe(self) -> Words:
        label, box = self.check.label, self.check.box
        what = name_text(label) if label is not None else name_target(box or "")
        if self.check.on:
            return Words(zh=f"勾选 {what}", en=f"Tick {what}")
        return Words(zh=f"取消勾选 {what}", en=f"Untick {what}")


class WaitFor(PlacedStep):
    """Waits for something to come; that it never comes is `timed_out`."""

    tag: ClassVar[str] = "wait_for"
    wait_for: Condition

    @override
    def describe(self) -> Words:
        what = self.wait_for.describe()
        return self._placed(f"等待 {what.zh}", f"Wait for {what.en}", self.wait_for.context)


class Expect(PlacedStep):
    """States what must be seen; another text or state is `wrong_result`."""

    tag: ClassVar[str] = "expect"
    expect: Condition

    @override
    def describe(self) -> Words:
        what = self.expect.describe()
        return self._placed(f"应看到 {what.zh}", f"Expect {what.en}", self.expect.context)


class ExpectGone(PlacedStep):
    """States what must no longer be seen."""

    tag: ClassVar[str] = "expect_gone"
    expect_gone: Absence

    @override
    def describe(self) -> Words:
        what = name_target(self.expect_gone.gone)
        zh, en = f"不应再看到 {what}", f"Expect {what} to be gone"
        return self._placed(zh, en, self.expect_gone.context)


class Screenshot(StepModel):
    """Keeps a picture under a name of its own."""

    tag: ClassVar[str] = "screenshot"
    screenshot: NonEmpty

    @override
    def describe(self) -> Words:
        return Words(zh=f"截图：{self.screenshot}", en=f"Screenshot: {self.screenshot}")


class OpenLink(StepModel):
    """Opens a deep link in the App."""

    tag: ClassVar[str] = "open_link"
    open_link: NonEmpty

    @override
    def describe(self) -> Words:
        return Words(zh=f"打开链接 {self.open_link}", en=f"Open {self.open_link}")


class Branch(Condition):
    """A condition that is looked at once (or for `within_s`), and the steps if it holds."""

    do: Annotated[tuple[Step, ...], Field(min_length=1)]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema)


class When(PlacedStep):
    """Does some steps only if a condition holds.

    An element that the App's profile does not name is not there.
    """

    tag: ClassVar[str] = "when"
    when: Branch

    @override
    def describe(self) -> Words:
        what = self.when.describe()
        return self._placed(f"如果看到 {what.zh}", f"If {what.en} is there", self.when.context)


class Call(ShortForm):
    """A shared sub-scenario and its arguments."""

    scenario: Name
    arguments: Mapping[Name, NonEmpty] = Field(default_factory=dict, alias="with")


class Run(StepModel):
    """Does the steps of a shared sub-scenario of `scenarios/shared/`."""

    tag: ClassVar[str] = "run"
    run: Call

    @override
    def describe(self) -> Words:
        return Words(zh=f"执行 {self.run.scenario}", en=f"Run {self.run.scenario}")


class PassBarrier(StepModel):
    """Passes a barrier of the App's profile, if it is there: by the inbox, by a person, or not."""

    tag: ClassVar[str] = "barrier"
    barrier: Name

    @override
    def describe(self) -> Words:
        return Words(zh=f"通过关卡 {self.barrier}", en=f"Pass the barrier {self.barrier}")


class Commit(PlacedStep):
    """The tap that cannot be undone; made only if the App is a sandbox and the run allows it."""

    tag: ClassVar[str] = "commit"
    commit: Target

    @override
    def describe(self) -> Words:
        what = name_target(self.commit)
        return self._placed(f"提交点 {what}", f"Commit point {what}")


STEPS: tuple[type[StepModel], ...] = (
    Launch, Tap, LongPress, Type, Clear, Check, Pick, Swipe, PullToRefresh, ScrollTo, Back,
    HideKeyboard, WaitFor, Expect, ExpectGone, Screenshot, OpenLink, When, Run, PassBarrier, Commit,
)  # fmt: skip
"""Every kind of step, in the order in which the documentation tells of them."""
STEP_TAGS = tuple(step.tag for step in STEPS)
BARE_TAGS = frozenset(step.tag for step in STEPS if issubclass(step, BareStep))
"""Those that stand alone: `- back`."""


BESIDE = "in"
"""The one key that may stand beside a step's own."""


def _step_tag(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = {key: each for key, each in value.items() if key != BESIDE}
    return value if isinstance(value, str) else _sole_key(value)


Step = Annotated[
    Annotated[Launch, Tag("launch")]
    | Annotated[Tap, Tag("tap")]
    | Annotated[LongPress, Tag("long_press")]
    | Annotated[Type, Tag("type")]
    | Annotated[Clear, Tag("clear")]
    | Annotated[Check, Tag("check")]
    | Annotated[Pick, Tag("pick")]
    | Annotated[Swipe, Tag("swipe")]
    | Annotated[PullToRefresh, Tag("pull_to_refresh")]
    | Annotated[ScrollTo, Tag("scroll_to")]
    | Annotated[Back, Tag("back")]
    | Annotated[HideKeyboard, Tag("hide_keyboard")]
    | Annotated[WaitFor, Tag("wait_for")]
    | Annotated[Expect, Tag("expect")]
    | Annotated[ExpectGone, Tag("expect_gone")]
    | Annotated[Screenshot, Tag("screenshot")]
    | Annotated[OpenLink, Tag("open_link")]
    | Annotated[When, Tag("when")]
    | Annotated[Run, Tag("run")]
    | Annotated[PassBarrier, Tag("barrier")]
    | Annotated[Commit, Tag("commit")],
    Discriminator(_step_tag),
]

Branch.model_rebuild()
When.model_rebuild()


# --- what people write ----------------------------------------------------------------------------


class Reference(Frozen):
    """What an expert needs: the yardstick of efficiency."""

    time_s: Seconds
    """How long an expert takes."""
    screens: Annotated[int, Field(ge=1, le=100)]
    """Distinct screens on the shortest path."""


class Checkpoint(Frozen):
    """A part of the way that counts for itself once it was seen."""

    at: Target
    """What is seen when this part of the way is done."""
    weight: Share
    """Its share of the credit; those of one scenario sum to 1."""
    context: Context = Field("native", alias="in")
    """`webview` for what is seen in the App's web page; it is looked for while steps are there."""


Steps = Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]


class Scenario(Frozen):
    """One citizen task, written against element names so that it runs on many Apps."""

    id: Name
    """The name of the file without `.yaml`."""
    title: Title
    description: str = ""
    goal: Condition
    """What must be seen at the commit point or, without one, at the end."""
    refusal: Condition | None = None
    """A correct refusal ("not eligible") that counts as completed."""
    life_event: Name
    """The event in a life that brings a person to this task: `social_security`."""
    kind: Literal["information", "transaction", "participation"]
    severity: Literal["critical", "major", "minor"]
    """How much it matters when the task fails: counted 3, 2, 1."""
    tags: tuple[Name, ...] = ()
    time_limit_s: Seconds
    """After so long the attempt is over."""
    patience_s: Seconds = 10
    """How long a step waits for what it needs, unless it says otherwise."""
    reference: Reference
    service: NonEmpty | None = None
    """What the service is called that the task is about: an App whose own search, asked for just
    this, answers that there is nothing does not offer it (`absent`)."""
    data: Mapping[Name, NonEmpty] = Field(default_factory=dict)
    """Texts by name, written `${name}` in steps, goal, refusal, checkpoints and service."""
    steps: Steps
    """What is done, in order; each step is a bare word or one key."""
    checkpoints: tuple[Checkpoint, ...] = ()
    """Partial credit for parts of the way."""
    reach: Literal["one_handed"] | None = None
    """`one_handed`: of each touch it is recorded whether a thumb of the hand that holds the phone
    reaches there. Nothing else is touched for it."""

    @field_validator("checkpoints")
    @classmethod
    def _weights_sum_to_one(cls, checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
        total = sum(checkpoint.weight for checkpoint in checkpoints)
        if checkpoints and abs(total - 1) > 1e-6:
            raise Mistake(
                Words(
                    zh=f"各检查点的 weight 加起来应为 1，现在是 {total:g}",
                    en=f"the weights of the checkpoints must sum to 1, not {total:g}",
                )
            )
        return checkpoints


class SharedSteps(Frozen):
    """Steps that several scenarios share, with the names of what they must be given."""

    id: Name
    """The name of the file without `.yaml`."""
    title: Title
    parameters: tuple[Name, ...] = ()
    """What whoever runs these steps must give, written `${name}` in them."""
    steps: Steps


def _signs_tag(value: Any) -> str:
    return "all" if isinstance(value, list | tuple) else "one"


def _dismiss_tag(value: Any) -> str:
    return "word" if isinstance(value, str) else "locator"


Signs = Annotated[
    Annotated[Locator, Tag("one")]
    | Annotated[tuple[Locator, ...], Field(min_length=1, max_length=8), Tag("all")],
    Discriminator(_signs_tag),
]
"""By what something is known: one locator, or several that must all be seen, in one window."""
Dismissal = Annotated[
    Annotated[str, Field(pattern=r"^(back|never)$"), Tag("word")]
    | Annotated[Locator, Tag("locator")],
    Discriminator(_dismiss_tag),
]
"""What sends something away: a touch on an element, or a word."""
PackageOrApp = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$")]


class Interruption(Frozen):
    """Something unasked for in the way: by what it is known, and how it is sent away."""

    name: Name
    seen: Signs
    """Of several signs all must be displayed, in one window."""
    dismiss: Dismissal
    """What is tapped in the same window as the signs; `back` for the system's back key; `never`
    for what is left to the task's own steps, such as consent."""
    packages: tuple[PackageOrApp, ...] = ()
    """Whose window it is, any of these; `app` is the App itself. Any window when left out."""
    window: Literal["any", "dialog"] = "any"
    """`dialog`: only in a window that is narrower than the screen."""
    at_most: Annotated[int, Field(ge=1, le=100)] | None = None
    """How often it is sent away in one attempt: what comes again then is a finding."""

    @property
    def signs(self) -> tuple[Locator, ...]:
        """All that must be seen."""
        return self.seen if isinstance(self.seen, tuple) else (self.seen,)


class CommonInterruption(Interruption):
    """One that any App may meet."""

    why: Title
    """Why these signs, and what is done: for whoever reads the file."""
    on_request: bool = False
    """Whether it is looked for only where a profile says `true`."""


class CommonInterruptions(Frozen):
    """`harness/common_interruptions.yaml`."""

    interruptions: Annotated[tuple[CommonInterruption, ...], Field(min_length=1)]


BarrierKind = Literal["sms_code", "slider", "face_check", "id_document", "password"]
BarrierPolicy = Literal["stop", "assist", "secret"]
"""What a run does at barriers: ends there, asks a person on a page, types a prepared secret."""


class Barrier(Frozen):
    """A point where a person or a secret is needed."""

    kind: BarrierKind
    seen: Locator
    into: Target | None = None
    """Where the code goes, for a barrier that asks for one."""
    how: Literal["set", "keys"] = "set"
    """How it gets there: `keys` for a code of one field a digit, of which `into` is the first."""
    inbox: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """A regular expression whose first group is the code in the phone's newest text message."""
    secret: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=80)] | None = None
    """The environment variable that holds a prepared code or password, for `--barriers secret`."""
    within_s: Seconds = 120
    """How long a person is given, at the phone or at the page of `--barriers assist`."""


class AndroidApp(Frozen):
    """How Android knows the App. Without an activity, the launcher's is resolved on the device."""

    package: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$")]
    activity: str | None = None


class Verified(Frozen):
    """When something was last checked on a real device: a month or day, or `never`."""

    package: Annotated[
        str, Field(pattern=r"^(never|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$")
    ]
    elements: Annotated[
        str, Field(pattern=r"^(never|simulated|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$")
    ]
    found: Annotated[str, Field(pattern=r"^\d{1,4} of \d{1,4}$")] | None = None
    """How many of the elements were found then, `31 of 40`, as `harness verify-profile` counts."""

    @property
    def is_whole(self) -> bool:
        """Whether every element was found on a real device."""
        found, _, total = (self.found or "").partition(" of ")
        return self.elements not in ("never", "simulated") and found == total


ASSUMED_PER_HOUR = 20
"""Attempts on a real App: assumed by this project, no service has published a limit."""


class AppProfile(Frozen):
    """One App: its package, its named elements, what gets in the way."""

    id: Name
    """The name of the file without `.yaml`."""
    name: Title
    city: NonEmpty
    level: Literal["province", "municipality", "prefecture"]
    android: AndroidApp
    verified: Verified
    like: Name | None = None
    """Another App's profile from which comes whatever this one does not say of its screens:
    elements and barriers by their names, interruptions, signs of waiting, errors and the like;
    also what must not be touched or kept, but not what is excused (`safe`)."""
    sandbox: bool = False
    """Whether a commit reaches nobody: only then may `--allow-commit` tap it."""
    elements: Mapping[ElementName, Annotated[tuple[Locator, ...], Field(min_length=1)]]
    """Locators by element name, tried in order; which one matched is recorded."""
    waiting: tuple[Locator, ...] = ()
    """Spinners and skeletons: while one is seen, the App makes the person wait."""
    errors: tuple[Locator, ...] = ()
    """By what the App shows that it failed: `系统繁忙`."""
    no_results: tuple[Locator, ...] = ()
    """By what the App's own search shows that it has found nothing: `没有找到`. To a search for a
    task's `service` that answer makes it `absent`."""
    maintenance: tuple[Locator, ...] = ()
    """By what the App shows that it is closed for a time: `系统维护中`. Blocked, no fault of it."""
    interruptions: tuple[Interruption, ...] = ()
    """What may come into the way unasked: adverts, update dialogs."""
    common_interruptions: Mapping[Name, bool] = Field(default_factory=dict)
    """Those that any App may meet, by name: `false` leaves one alone, `true` asks for one that is
    not looked for otherwise."""
    barriers: Mapping[Name, Barrier] = Field(default_factory=dict)
    """Points where a person or a secret is needed, by name."""
    commits: tuple[Target, ...] = ()
    """What cannot be undone beyond the `commit` steps of the tasks: no step may touch it."""
    safe: tuple[ElementName, ...] = ()
    """Elements that may be touched although they read like a commit point: `立即缴费` that only
    opens a page. What a `commit` step or `commits` names stays one."""
    attempts_per_hour: Annotated[int, Field(ge=1, le=3600)] | None = None
    """How often this machine may begin an attempt on this App within any hour, on real phones;
    20 unless `sandbox`, which has no limit of its own."""

    mask: tuple[Locator, ...] = ()
    """Elements that show personal data no form tells, a name or a face: of them and of what they
    hold nothing is kept, in pictures, hierarchies, records and logs."""

    def completed_by(self, other: AppProfile) -> AppProfile:
        """This profile, with what the other says of screens where this one says nothing.

        What the other keeps from being touched or kept is so here too; what it excuses (`safe`)
        is not.
        """
        names = {each.name for each in self.interruptions}
        more = tuple(each for each in other.interruptions if each.name not in names)
        return self.model_copy(
            update={
                "elements": {**other.elements, **self.elements},
                "barriers": {**other.barriers, **self.barriers},
                "interruptions": (*self.interruptions, *more),
                "waiting": self.waiting or other.waiting,
                "errors": self.errors or other.errors,
                "maintenance": self.maintenance or other.maintenance,
                "no_results": self.no_results or other.no_results,
                "commits": tuple(dict.fromkeys((*self.commits, *other.commits))),
                "mask": tuple(dict.fromkeys((*self.mask, *other.mask))),
                "common_interruptions": {
                    **other.common_interruptions,
                    **self.common_interruptions,
                },
            }
        )

    @property
    def hourly_limit(self) -> int | None:
        """How many attempts may begin within any hour; None where nothing real is reached."""
        if self.attempts_per_hour is None and not self.sandbox:
            return ASSUMED_PER_HOUR
        return self.attempts_per_hour

    def disturbed_by(self, common: Iterable[CommonInterruption]) -> tuple[Interruption, ...]:
        """What is looked for in this App: its own first, then of the common ones what it wants."""
        wanted = self.common_interruptions
        return (
            *self.interruptions,
            *(one for one in common if wanted.get(one.name, not one.on_request)),
        )


class DeviceModel(Frozen):
    """What every device says: the Apps that it runs when no `--app` names others."""

    simulated: ClassVar[bool] = False
    """Whether it is our own phone, whose numbers say nothing of a real App."""

    apps: Annotated[tuple[Name, ...], Field(min_length=1)]


class PhoneModel(DeviceModel):
    """What every device says that is one phone."""

    keep_data: bool = False
    """Whether an App keeps its data from one attempt to the next; else each begins afresh."""
    attended: bool = False
    """Whether somebody at the phone passes barriers."""


class SimulatedDevice(PhoneModel):
    """Our own phone, in a process of its own."""

    simulated: ClassVar[bool] = True

    kind: Literal["simulated"]
    stack: Literal["embedded", "android"] = "embedded"
    """How it is reached: by its built-in W3C endpoint, or by adb, Appium and UiAutomator2."""
    attended: bool = True
    """Whether the simulated phone has a simulated person, who passes sliders and face checks."""
    font_scale: Annotated[float, Field(ge=0.8, le=2)] = 1.0


Capabilities = Mapping[str, str | int | bool]


class Handset(PhoneModel):
    """An Android phone that adb reaches and that is made ready before the first attempt."""

    apk: Mapping[Name, NonEmpty] = Field(default_factory=dict)
    """Files to install, by App; relative to the project. An App without one must be there."""
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")] | None = None
    """The system's language and region, `zh-CN`; left as it is unless given."""
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z]+(/[A-Za-z_]+)*$")] | None = None
    """`Asia/Shanghai`; left as it is unless given."""
    font_scale: Annotated[float, Field(ge=0.8, le=2)] | None = None
    """The system's font size; left as it is unless given."""
    grant_permissions: bool = True
    """Whether an App is given all that it asks leave for whenever it begins afresh. Else Android
    asks the person, and each question counts among the App's screens."""
    capabilities: Capabilities = Field(default_factory=dict)
    """What the driver is told beyond what the harness says."""


class EmulatorDevice(Handset):
    """An Android emulator that we boot and stop. Not yet run with a real one."""

    kind: Literal["emulator"]
    avd: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=100)]
    """The virtual device's name, as `emulator -list-avds` prints it."""
    boot: Literal["cold", "snapshot"] = "cold"
    """From nothing, or from the snapshot that was saved last (some 15 s instead of minutes), and
    from nothing when there is none that can be loaded."""
    boots_within_s: Seconds = 300
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")] | None = "zh-CN"
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z]+(/[A-Za-z_]+)*$")] | None = "Asia/Shanghai"
    font_scale: Annotated[float, Field(ge=0.8, le=2)] | None = 1.0


class UsbDevice(Handset):
    """A phone at this machine's adb, by cable or network. Not yet run with a real one."""

    kind: Literal["usb"]
    udid: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]*$", max_length=100)] = ""
    """Its serial, as `adb devices` prints it; may be left out when it is the only one."""


class RemoteDevice(PhoneModel):
    """Any W3C endpoint with an Android phone behind it: an Appium server, a Grid, a farm."""

    kind: Literal["remote"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    capabilities: Capabilities = Field(default_factory=dict)
    waits_s: Seconds = 330
    """How long a session may take to open, waiting in a queue for a phone included: longer
    than a Grid lets a request wait (300 unless told otherwise), so that it says why."""


class Pool(DeviceModel):
    """Several phones that share the attempts: with `-n`, each worker takes a free one."""

    kind: Literal["pool"]
    phones: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of other devices; their own `apps` do not count here."""


Phone = SimulatedDevice | EmulatorDevice | UsbDevice | RemoteDevice
"""A device that is one phone."""
Device = Annotated[Phone | Pool, Field(discriminator="kind")]


def phones_of(devices: Mapping[Name, Device], name: Name) -> dict[Name, Phone]:
    """The phones that a device stands for, by name: itself, or those of a pool."""
    device = devices[name]
    if not isinstance(device, Pool):
        return {name: device}
    members = ((member, devices[member]) for member in device.phones)
    return {member: phone for member, phone in members if not isinstance(phone, Pool)}


def is_simulated(devices: Mapping[Name, Device], name: Name) -> bool:
    """Whether a device is our own phone, or several of them."""
    return all(phone.simulated for phone in phones_of(devices, name).values())


def has_web_pages(devices: Mapping[Name, Device], name: Name) -> bool:
    """Whether steps can be `in: webview` on a device: our phone's own endpoint knows no pages."""
    phones = phones_of(devices, name).values()
    return not any(
        isinstance(phone, SimulatedDevice) and phone.stack == "embedded" for phone in phones
    )


class Devices(Frozen):
    """`devices.yaml`: the devices by name, and which one a bare `pytest scenarios/` uses."""

    default: Name
    devices: Mapping[Name, Device]

    @model_validator(mode="after")
    def _default_is_named(self) -> Devices:
        if self.default not in self.devices:
            raise Mistake(
                Words(
                    zh=f"没有名为“{self.default}”的设备。现有设备：{'、'.join(self.devices)}",
                    en=f"no device is named {self.default!r}. Devices are: "
                    f"{', '.join(self.devices)}",
                ),
                "default",
            )
        return self

    @model_validator(mode="after")
    def _pools_are_of_phones(self) -> Devices:
        phones = [name for name, device in self.devices.items() if not isinstance(device, Pool)]
        for name, device in self.devices.items():
            members = device.phones if isinstance(device, Pool) else ()
            for member in members:
                if member not in phones:
                    raise Mistake(_say_no_phone(member, phones), "devices", name)
            if len({self.devices[member].simulated for member in members}) > 1:
                raise Mistake(
                    Words(
                        zh="模拟手机不能和其他手机放在一组：模拟手机的数字不代表真实 App",
                        en="simulated and other phones cannot share a pool: "
                        "the numbers of the one say nothing of a real App",
                    ),
                    "devices",
                    name,
                )
        return self


def _say_no_phone(name: Name, phones: Iterable[Name]) -> Words:
    return Words(
        zh=f"没有名为“{name}”的手机。现有手机：{'、'.join(phones)}",
        en=f"no phone is named {name!r}. Phones are: {', '.join(phones)}",
    )


# --- the plan -------------------------------------------------------------------------------------


class PlannedStep(Frozen):
    """A step with its place: variables filled in, `run` expanded.

    `path` counts from 1 and nests with a dot ("3.2"); `file` is relative to the
    project, `line` counts from 1. `steps` are those of a `when` or a `run`.
    """

    path: str
    step: Step
    file: str
    line: int
    steps: tuple[PlannedStep, ...] = ()


class PlannedAttempt(Frozen):
    """One run of scenario x App x device x repetition, before any device is touched."""

    scenario: Name
    app: Name
    device: Name
    repetition: Annotated[int, Field(ge=1)]
    file: str
    steps: tuple[PlannedStep, ...]

    @property
    def id(self) -> str:
        """`find_service::sample_city[phone#1]`; unique within a run."""
        return f"{self.scenario}::{self.app}[{self.device}#{self.repetition}]"


# --- what was observed ----------------------------------------------------------------------------


class Outcome(StrEnum):
    """What an attempt showed."""

    COMPLETED = "completed"
    CORRECT_REFUSAL = "correct_refusal"
    COMPLETED_ASSISTED = "completed_assisted"
    NOT_FOUND = "not_found"
    TIMED_OUT = "timed_out"
    WRONG_RESULT = "wrong_result"
    APP_ERROR = "app_error"
    CRASHED = "crashed"
    NOT_RESPONDING = "not_responding"
    ABSENT = "absent"
    BLOCKED = "blocked"
    OUTDATED = "outdated"
    HARNESS_ERROR = "harness_error"

    @property
    def words(self) -> Words:
        """What people call it."""
        return Words(zh=_IN_CHINESE[self], en=self.value.replace("_", " "))

    @property
    def completed(self) -> bool:
        """Whether it counts as completed."""
        return self in _COMPLETED

    @property
    def attempted(self) -> bool:
        """Whether it counts as attempted: blocked attempts and our own errors do not."""
        return self not in _NOT_ATTEMPTED

    @property
    def finding(self) -> bool:
        """Whether it says something against the App."""
        return self.attempted and not self.completed


_IN_CHINESE: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "完成",
    Outcome.CORRECT_REFUSAL: "正确告知不符合条件",
    Outcome.COMPLETED_ASSISTED: "协助下完成",
    Outcome.NOT_FOUND: "未找到",
    Outcome.TIMED_OUT: "超时",
    Outcome.WRONG_RESULT: "结果不符",
    Outcome.APP_ERROR: "应用报错",
    Outcome.CRASHED: "闪退",
    Outcome.NOT_RESPONDING: "无响应",
    Outcome.ABSENT: "未提供",
    Outcome.BLOCKED: "受阻",
    Outcome.OUTDATED: "档案过时",
    Outcome.HARNESS_ERROR: "测试环境故障",
}
_COMPLETED = frozenset({Outcome.COMPLETED, Outcome.CORRECT_REFUSAL, Outcome.COMPLETED_ASSISTED})
_NOT_ATTEMPTED = frozenset({Outcome.BLOCKED, Outcome.OUTDATED, Outcome.HARNESS_ERROR})


class Box(Frozen):
    """A rectangle on the screen, in pixels; right and bottom do not belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> Point:
        """Where a finger would touch it."""
        return Point(x=(self.left + self.right) // 2, y=(self.top + self.bottom) // 2)


class Point(Frozen):
    """A spot on the screen, in pixels."""

    x: int
    y: int


class Match(Frozen):
    """Which locator found the element, and whether it was the only one.

    Several matches are resolved by one rule: of those that are displayed, the
    first in reading order of the hierarchy. `candidates` > 1 marks it ambiguous.
    """

    target: str
    locator: Locator
    position: Annotated[int, Field(ge=1)]
    """Of the locator among the element's fallbacks: 1 is the first choice."""
    candidates: Annotated[int, Field(ge=1)]
    box: Box

    @property
    def ambiguous(self) -> bool:
        """Whether the rule had to choose."""
        return self.candidates > 1


class Response(Frozen):
    """When the awaited thing came: after the last look without it, before the first look with it.

    Seconds since the action that it answers. `first_seen_s` None: it had not come
    when the waiting ended (right-censored at `last_unseen_s`).
    """

    last_unseen_s: Annotated[float, Field(ge=0)]
    first_seen_s: float | None
    looks: Annotated[int, Field(ge=1)]

    @property
    def middle_s(self) -> float | None:
        """The reported response time."""
        return None if self.first_seen_s is None else (self.last_unseen_s + self.first_seen_s) / 2

    @property
    def half_width_s(self) -> float | None:
        """Its error bar: the truth lies within this of the middle."""
        return None if self.first_seen_s is None else (self.first_seen_s - self.last_unseen_s) / 2


class StepTimes(Frozen):
    """Where a step's wall time went, in seconds. The four parts add up to `wall_s`."""

    wall_s: float
    app_s: float
    """The App made the person wait."""
    tool_s: float
    """Commands and looking: ours."""
    barrier_s: float
    """A person or a message at a barrier."""
    evidence_s: float
    """Pictures and hierarchies, taken after the clock was stopped."""
    action_s: float
    """Of `tool_s`: the commands that touch the screen."""


class Met(Frozen):
    """An interruption that was met on the way and sent away, once however long it took to go."""

    name: Name
    seconds: float
    """From when it was known until it was gone, with its picture."""
    picture: str | None


Drawn = Literal["black", "refused"]
"""Why a picture is a drawing of the hierarchy: the screenshot came out black, or was refused."""


class StepRecord(Frozen):
    """One step as it went."""

    path: str
    kind: str
    sentence: Words
    file: str
    line: int
    status: Literal["done", "failed", "not_taken"]
    """`not_taken`: a `when` whose condition did not hold, or a commit point that was not tapped."""
    started_s: float
    """Since the attempt began."""
    times: StepTimes
    response: Response | None = None
    """When what the step waited for was visible, and no spinner of the profile any more."""
    settled: Response | None = None
    """When it was stable as well: from then on two pictures were the same or, where pictures are
    forbidden, two hierarchies with their bounds. None where nothing was waited for; without an
    end where it still moved when it was watched last."""
    displayed_s: float | None = None
    """Of a launch, from the start of its process to its first picture, as Android's own log says:
    the TotalTime of `am start -W`. None where the App ran already or the log does not say."""
    match: Match | None = None
    touched: Point | None = None
    in_reach: bool | None = None
    """Whether a thumb reaches there; None where the task does not ask, or nothing was touched."""
    drawn_anew: bool = False
    """Whether it left between look and touch, and was looked for and touched once more."""
    activity: str = ""
    before: str | None = None
    """The picture before the touch: a file name under evidence/."""
    after: str | None = None
    hierarchy: str | None = None
    drawn: Mapping[str, Drawn] = {}
    """Which of its pictures are no screenshots but wireframes, and why, by file name."""
    interruptions: tuple[Met, ...] = ()
    expected: Words | None = None
    """What had to be on the screen."""
    seen: Words | None = None
    """What was there."""


SystemDialog = Literal["", "crash", "not_responding", "permission", "other"]
Network = Literal["checked", "unchecked", "none", "unknown"]
"""What the phone says of its network: that it leads to the internet, that it is there, nothing."""
Failure = Literal[
    "not_seen", "left", "still_seen", "other_text", "other_state", "time_limit", "barrier",
    "commit_point", "ambiguous",
]  # fmt: skip
"""What a step ran into, before the court has asked why. `left`: seen, and gone when touched.
`ambiguous`: several boxes fit the label of one.
`commit_point`: its touch would have landed on what cannot be undone, and was not made."""


class Likeness(Frozen):
    """Something on the screen that is like an element that the profile does not find any more."""

    element: str
    """Its name in the profile."""
    locator: Locator
    """What would find it now."""
    why: Words
    box: Box


class Symptoms(Frozen):
    """What was seen of the App and the phone when a step failed: the court's evidence."""

    failure: Failure
    step: str
    expected: Words
    seen: Words
    app_state: Literal["not_installed", "not_running", "background", "foreground", "unknown"]
    foreground: str = ""
    """Package in front."""
    window: str = ""
    """Package of the window that lies on top, by the hierarchy; empty when it does not say."""
    system_dialog: SystemDialog = ""
    crash_log: tuple[str, ...] = ()
    """Lines of the device's log that report a crash of this App since the attempt began."""
    anr_log: tuple[str, ...] = ()
    app_error: str = ""
    """The App's own error text that is shown."""
    toast_error: str = ""
    """The App's own error text that was shown in a toast, since the last touch."""
    no_results: str = ""
    """What the App shows that says that its search has found nothing."""
    searched: str = ""
    """The task's service by its name, if that was the last that was typed."""
    maintenance: str = ""
    """What the App shows that says that it is closed for a time."""
    dialog: str = ""
    """What a dialog of the App says in which the profile names nothing."""
    obstacle: str = ""
    """The interruption that lies over the App and was not sent away."""
    intercepted: str = ""
    """The interruption that was there when the screen was first read after the last touch, and
    was sent away: it may have taken the touch."""
    kept_waiting: bool = False
    """Whether Android said since the last touch that the App hangs, and was told to wait."""
    waiting: str = ""
    """The spinner that is shown."""
    hierarchy_readable: bool = True
    unchanged_since_touch: bool = False
    """Whether the screen looks as before the last touch."""
    answers_back: bool | None = None
    """Whether the back key, pressed after the end, changed anything; None: it was not pressed."""
    network: Network = "unknown"
    network_before: Network = "unknown"
    """What it was when the attempt began."""
    control_s: float | None = None
    """How long the phone took to answer a question in which the App has no part."""
    likeness: Likeness | None = None
    """Something like the missing element that is there."""
    refused: bool = False
    """Whether the scenario's correct refusal is shown."""


class Verdict(Frozen):
    """An outcome, and why: each reason is a sentence that rests on what was seen."""

    outcome: Outcome
    reasons: tuple[Words, ...]
    """What the App or a log has said is quoted as it is, in both languages."""
    rests_on: tuple[tuple[str, ...], ...] = ()
    """For each reason, which fields of the record's symptoms it rests on; `trouble` and `barriers`
    are the record's own. Empty in records that were made without a court."""


class Vitals(Frozen):
    """What the App took of its phone in an attempt; None is what was not measured.

    Memory, processor and frames are those of the processes that ran at the end, since they began.
    """

    memory_kb: int | None = None
    """Pss at the end."""
    cpu_s: float | None = None
    """Seconds of one core."""
    frames: int | None = None
    janky_frames: int | None = None
    """Those that came late, as Android counts them."""
    frame_p95_ms: float | None = None
    received_bytes: int | None = None
    sent_bytes: int | None = None
    exits: tuple[str, ...] | None = None
    """Why processes of the App have ended meanwhile, in Android's words, the newest first."""
    cost_s: float
    """What reading them took, outside of all that is timed."""


class AttemptRecord(Frozen):
    """One attempt, from which everything about it can be computed again."""

    id: str
    scenario: Name
    app: Name
    device: Name
    phone: str = ""
    """Which phone of a pool it was; else empty."""
    repetition: int
    simulated: bool
    worker: str
    started_at: datetime
    wall_s: float
    task_s: float | None
    """What a user would have waited plus the robot's actions; None unless it was completed."""
    task_half_width_s: float | None = None
    """Its error bar: the half-widths of all its responses, added up, so that none is left out."""
    verdict: Verdict
    symptoms: Symptoms | None = None
    trouble: str = ""
    """What went wrong on our side, in detail, as the driver or the phone's server said it."""
    steps: tuple[StepRecord, ...]
    checkpoints_reached: tuple[str, ...] = ()
    committed: bool = False
    barriers: tuple[Name, ...] = ()
    """The barriers that were passed with help."""
    session: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    """What the driver was told, and what was measured of it."""
    log: str | None = None
    """The device's log at trouble: a file name under evidence/."""
    vitals: Vitals | None = None
    """None when it ended in trouble of ours."""
    try_number: Annotated[int, Field(ge=1)] = 1
    """Which try of the attempt this is: after trouble of ours there is another. The last counts."""

    @property
    def may_be_made_again(self) -> bool:
        """Whether it ended in trouble of ours, and did nothing that cannot be undone."""
        return self.verdict.outcome is Outcome.HARNESS_ERROR and not self.committed

    @property
    def is_made_again_at_once(self) -> bool:
        """Whether the same command makes it once more: each gives an attempt two tries."""
        return self.may_be_made_again and self.try_number % 2 == 1


class Resumption(Frozen):
    """That a run was taken up again after its process had ended: a line of resumed.jsonl."""

    at: datetime
    versions: Mapping[str, str]
    commit: str
    arguments: str


class RunRecord(Frozen):
    """`run.json`: what was asked, in full."""

    schema_version: int = SCHEMA_VERSION
    run_id: str
    started_at: datetime
    versions: Mapping[str, str]
    commit: str
    options: Mapping[str, str]
    devices: Mapping[Name, Device]
    apps: tuple[AppProfile, ...]
    common_interruptions: tuple[CommonInterruption, ...] = ()
    """What was looked for in every App, but for what its profile says."""
    scenarios: tuple[Scenario, ...]
    plan: tuple[PlannedAttempt, ...]
