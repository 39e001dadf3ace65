"""Charts as plotly.js figures (plain dicts).

Colours are CSS variables that the browser resolves for light or dark mode. Regular dates are stored
as a start and two counts and expanded in the browser, which keeps the file small.
"""
