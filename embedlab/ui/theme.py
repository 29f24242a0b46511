"""Light or dark: the colours of text that Python gives to figures follow when the visitor's theme changes.

Streamlit draws the page in its new colours without asking Python, and so would leave dark words on dark paper in a
figure. A component without a face therefore asks for the page anew when the paper has another colour.
"""

from __future__ import annotations

import streamlit as st

_WATCH = """
export default function ({ setTriggerValue }) {
  const paper = () => getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const first = paper();
  const timer = setInterval(() => {
    if (paper() === first) return;
    clearInterval(timer);
    setTriggerValue("changed", true);
  }, 500);
  return () => clearInterval(timer);
}
"""


def dark() -> bool:
    """Whether the paper is dark."""
    return st.context.theme.type == "dark"


def follow() -> None:
    """Draw the page anew when its paper changes; once in every run of the app."""
    st.components.v2.component("theme_watch", js=_WATCH)(key="theme-watch", on_changed_change=lambda: None)
