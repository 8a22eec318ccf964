"""What a page, a count and a chart read of many events, and how: plans are compared with budgets."""
