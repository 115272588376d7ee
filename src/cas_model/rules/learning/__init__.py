"""How providers learn the coordination effort that pays: alternatives, one per file."""
