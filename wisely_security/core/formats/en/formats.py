"""How Django admin writes times: as the pages do."""

DATETIME_FORMAT = "j M Y, H:i"
