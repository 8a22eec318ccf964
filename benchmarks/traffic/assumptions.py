"""What the traffic assumes, in numbers. Two sets: rules were adjusted on one, and are measured on the other.

Where the numbers come from: shares of browsers are those of public counters of 2025; how often addresses change, how
often people travel and how long new browsers take to arrive are our estimates, made before any rule was run over them.
They hold for office software that people sign in to once a working day.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Shares are of 1; ``…_a_month`` is a number of times that a person does it in thirty days."""

    seed: int
    # Who there is. The rest works at the office, and at home on some days.
    at_home: float = 0.18
    in_the_field: float = 0.08  # by phone, from mobile networks
    in_shifts: float = 0.10  # early, late and night, by week
    through_vpn: float = 0.05  # honestly, for half of their sign-ins
    seldom: float = 0.12  # about once a week
    sign_ins_a_day: float = 1.3  # on working days
    weekend: float = 0.12
    has_phone: float = 0.55
    second_computer: float = 0.15
    # What changes.
    home_address_daily: float = 0.25  # share of home lines
    home_address_weekly: float = 0.35
    new_device_a_month: float = 0.02
    new_browser_a_month: float = 0.02
    new_home_line_a_month: float = 0.01
    guest_network_a_month: float = 0.25  # cafés, clients, friends
    trips_a_month: float = 0.12  # within the country, one to three days
    trips_abroad_a_month: float = 0.02
    trips_in_the_field: float = 8.0  # times as many
    holidays: float = 0.18  # share of people, for a week or more
    signs_in_on_holiday: float = 0.3
    # Mistakes.
    mistyped: float = 0.06  # share of sign-ins, with one to three failures before
    forgotten: float = 0.005  # with four to eight


ADJUSTED_ON = Assumptions(seed=20260101)
MEASURED_ON = Assumptions(
    seed=20260707,
    at_home=0.22,
    in_the_field=0.10,
    in_shifts=0.08,
    through_vpn=0.06,
    sign_ins_a_day=1.2,
    has_phone=0.6,
    home_address_daily=0.3,
    guest_network_a_month=0.3,
    trips_a_month=0.15,
    trips_abroad_a_month=0.025,
    holidays=0.2,
    mistyped=0.08,
)
# Where naive attackers come from, by weight.
ORIGINS = {
    "RU": 12,
    "CN": 12,
    "US": 16,
    "VN": 9,
    "BR": 8,
    "IN": 8,
    "ID": 7,
    "NG": 5,
    "RO": 6,
    "UA": 6,
    "NL": 6,
    "TR": 5,
}
HOME_COUNTRIES = {"IN": 55, "GB": 12, "DE": 12, "BR": 13, "AE": 8}
HOLIDAY_COUNTRIES = ("TH", "ES", "IT", "FR", "SG", "AE", "US")
NAIVE, VPN, TARGETED, VERY_TARGETED = "naive", "VPN", "targeted", "very targeted"
ATTACKERS = {
    NAIVE: "any country and provider, a common browser, at any hour",
    VPN: "an exit of a VPN in the person's country, a common browser, at any hour",
    TARGETED: "a line of a provider in the person's city, a common browser for the device that they use most, by day",
    VERY_TARGETED: "a line of the person's own provider in their city, the same browser and version, in their hours",
}
