"""What the tests of the phone's looks share: metrics, scenes, and widgets at random."""

from __future__ import annotations

from hypothesis import strategies as st

from harness.phone.app import Toast
from harness.phone.layout import lay_out, screen_area
from harness.phone.scene import Look, Metrics, Placed, Scene, Window
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Divider,
    Grid,
    Icon,
    Illustration,
    Input,
    Label,
    Page,
    QrCode,
    Row,
    Scroll,
    SlideLock,
    Space,
    Spinner,
    Stack,
    Stars,
    Widget,
)

METRICS = Metrics()
PACKAGE = "com.example.app"
LOOK = Look()


def placed(root: Widget, look: Look = LOOK) -> Placed:
    """The root laid out on the whole page."""
    return lay_out(root, screen_area(METRICS), look, METRICS)


def scene(root: Widget, look: Look = LOOK, toast: str = "") -> Scene:
    """One screen with nothing over it but perhaps a toast."""
    window = Window(PACKAGE, ".MainActivity", placed(root, look), look)
    return Scene((window,), METRICS, toast=toast)


# --- widgets at random ----------------------------------------------------------------------------

# Any string at all: controls, lone surrogates, bidirectional marks, pictures, long words.
hostile_text = st.text(st.characters(), max_size=40)

_lengths = st.none() | st.integers(0, 500)
_paddings = st.integers(0, 40) | st.tuples(st.integers(0, 40), st.integers(0, 40))
_tap = Toast("ok")
_leaves = st.one_of(
    st.builds(
        Label,
        text=hostile_text,
        size=st.integers(1, 60),
        lines=st.integers(0, 3),
        grow=st.booleans(),
        width=_lengths,
        height=_lengths,
        padding=_paddings,
        align=st.sampled_from(("start", "center", "end")),
    ),
    st.builds(Button, text=hostile_text, on_tap=st.just(_tap), grow=st.booleans(), width=_lengths),
    st.builds(
        Input,
        key=st.just("typed"),
        hint=hostile_text,
        password=st.booleans(),
        multiline=st.booleans(),
        height=_lengths,
        border=st.sampled_from(("", "#CCCCCC")),
    ),
    st.builds(
        Check,
        key=st.just("ticked"),
        text=hostile_text,
        kind=st.sampled_from(("checkbox", "switch", "radio")),
        height=_lengths,
    ),
    st.builds(Icon, name=st.sampled_from(("home", "no-such-icon")), width=_lengths),
    st.builds(Illustration, name=st.sampled_from(("map", "none")), width=_lengths, height=_lengths),
    st.builds(QrCode, text=hostile_text, width=_lengths),
    st.builds(Space, grow=st.booleans(), height=_lengths),
    st.builds(Divider, inset=st.integers(0, 300)),
    st.builds(Spinner, width=_lengths),
    st.builds(Stars, key=st.just("given")),
    st.builds(SlideLock, text=hostile_text, on_pass=st.just(_tap), width=_lengths),
)


def _boxes(children: st.SearchStrategy[Widget]) -> st.SearchStrategy[Widget]:
    kinds = st.sampled_from((Column, Row, Grid, Stack, Scroll))
    return kinds.flatmap(
        lambda kind: st.builds(
            kind,
            children=st.lists(children, max_size=5).map(tuple),
            gap=st.integers(0, 30),
            padding=_paddings,
            align=st.sampled_from(("start", "center", "end", "stretch")),
            pack=st.sampled_from(("start", "center", "end", "between")),
            grow=st.booleans(),
            width=_lengths,
            height=_lengths,
            radius=st.integers(0, 40),
            background=st.sampled_from(("", "#FFEEDD", "not a colour")),
            shadow=st.booleans(),
        )
    )


trees = st.recursive(_leaves, _boxes, max_leaves=12)
pages = st.lists(trees, max_size=4).map(lambda children: Page(children=tuple(children)))
looks = st.builds(
    Look,
    values=st.fixed_dictionaries(
        {
            "typed": hostile_text,
            "ticked": st.booleans() | hostile_text,
            "given": st.integers(-3, 9) | hostile_text,
        }
    ),
    focused=st.sampled_from(("", "typed")),
    scrolled=st.dictionaries(st.sampled_from(("0.0", "0.1")), st.integers(-100, 9000)),
    font_scale=st.sampled_from((0.85, 1.0, 1.3)),
    now_s=st.floats(0, 1e6),
)
