"""What is shown: the page, its filters, details, download and coverage, and support's pages."""
