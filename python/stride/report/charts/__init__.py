"""The charts, as figures for plotly.js: plain dicts of its own schema.

Colours are names of the style sheet's variables: the browser fills them in, light or dark. Dates
that follow each other in steps are a start and two counts, and the browser writes them out, so the
file stays small.
"""
