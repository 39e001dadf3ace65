"""Race day: a forecast for a course, a pace plan of even effort, and the chance of a goal."""
