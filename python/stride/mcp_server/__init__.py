"""`stride mcp`: a read-only Model Context Protocol server for one athlete, over stdio."""
