"""Words: tokens, agreement with references, variety. Knows no task and loads no heavy library."""
