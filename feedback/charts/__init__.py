"""One drawing, two hands: geometry, the page's macro, matplotlib."""
