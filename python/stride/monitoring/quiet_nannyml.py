"""NannyML without its side effects."""

import logging
import os
import sys
from types import ModuleType


def nannyml():
    """Import NannyML: no usage reports, and Spark's settings stay as they are.

    It takes seconds, so only who needs it calls this. For tuning, which Stride does not use,
    NannyML imports FLAML, and FLAML starts a Spark session wherever PySpark is installed and
    switches the ANSI mode of a running one off. An empty module takes FLAML's place while NannyML
    is imported.

    Returns
    -------
    module
    """
    if "nannyml" not in sys.modules:
        os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
        is_there = "flaml" in sys.modules
        if not is_there:
            sys.modules["flaml"] = ModuleType("flaml")
            sys.modules["flaml"].AutoML = None
        try:
            import nannyml
        finally:
            if not is_there:
                del sys.modules["flaml"]
        logging.getLogger(nannyml.__name__).setLevel(logging.ERROR)
    return sys.modules["nannyml"]
