"""Commands of ``stride`` that have a module of their own."""
