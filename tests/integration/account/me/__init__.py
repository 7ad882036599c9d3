"""The pages of a member's account, before services whose answers a test writes down."""
