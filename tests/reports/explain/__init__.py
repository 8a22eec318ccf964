"""What a page, a count and a chart read of many events: plans are compared with budgets."""
