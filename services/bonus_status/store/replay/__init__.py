"""What a rebuild needs: the order in which all took effect (applied), and its own books."""
