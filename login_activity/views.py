from wisely_security.reports.views import ReportDownload, ReportEvent, ReportPage

from .report import REPORT


class LoginActivityPage(ReportPage):
    report = REPORT


class LoginActivityEvent(ReportEvent):
    report = REPORT


class LoginActivityDownload(ReportDownload):
    report = REPORT
