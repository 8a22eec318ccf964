"""The filters: what they select, offer, take from a query string, and say on the page."""
