"""My account: a module for each part of what a member has, under /me."""
