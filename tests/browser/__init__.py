"""The site in Chromium. A file for each page or way of working, hence so many. All need a browser."""
