"""Commands of ``stride``, one module a family; `stride.cli` names them."""
