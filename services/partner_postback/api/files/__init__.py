"""Files over HTTP: uploaded, applied later, and reported on."""
