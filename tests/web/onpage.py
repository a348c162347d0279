"""Reading the page without a browser, and moving about on it."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button


def shown(at: AppTest) -> str:
    """All markup that the renderer put on the page."""
    assert not at.exception
    return "\n".join(element.proto.body for element in at.get("html"))


def labels(at: AppTest) -> list[str]:
    """What the buttons say, without the escapes of markdown."""
    return [button.label.replace("\\", "") for button in at.button]


def button(at: AppTest, label: str) -> Button:
    """The button that says this."""
    return next(b for b in at.button if b.label.replace("\\", "") == label)


def after_job(at: AppTest) -> AppTest:
    """The page once the adding that was started is done."""
    deadline = time.monotonic() + 60
    while not at.session_state["job"].finished:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return at.run()


def go_to(at: AppTest, screen: str) -> AppTest:
    """The same tab at the address of another screen; "" is the first one."""
    at.query_params.clear()
    if screen:
        at.query_params["screen"] = screen
    return at.run()
