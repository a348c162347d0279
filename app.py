"""The chat in the browser: `askpapers` starts it, or `streamlit run app.py` from a checkout."""

from rag.web.page import run

run()
