"""Tests of wisely_security/reports/ through both records: filters, pages, periods, times, downloads, what is read."""
