"""A member's statement of a month: opening, earned, corrected, spent, closing. Pure but for PDF."""
