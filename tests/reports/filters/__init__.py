"""The filters: what they select, offer, accept from a query string, and show on the page."""
