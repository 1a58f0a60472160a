"""What `scripts/bench` measures, and how: servers, the load upon them, the figures, the page they are kept on."""
