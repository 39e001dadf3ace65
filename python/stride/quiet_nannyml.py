"""NannyML, imported so that it neither phones home nor starts Spark."""

import os
import sys
from types import ModuleType


def nannyml() -> ModuleType:
    """Import NannyML and return it.

    By itself it reports its use to its maker and imports FLAML, which Stride does not install: it
    starts a Spark session when it is imported, and only tuning needs it. It takes seconds to
    import, so only who needs it calls this. Where it is unpickled, call this first.

    Returns
    -------
    module
        `nannyml`.
    """
    os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
    if "nannyml" not in sys.modules:
        stand_in = ModuleType("flaml")
        stand_in.AutoML = None
        before = sys.modules.get("flaml")
        sys.modules["flaml"] = stand_in
        try:
            import nannyml
        finally:
            del sys.modules["flaml"]
            if before is not None:
                sys.modules["flaml"] = before
    import nannyml

    return nannyml
