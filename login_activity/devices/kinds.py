"""The kinds of device that are shown, filtered by and counted."""

from django.db import models


class DeviceKind(models.TextChoices):
    WINDOWS_PC = "windows_pc", "Windows PC"
    MAC = "mac", "Mac"
    IPHONE = "iphone", "iPhone"
    IPAD = "ipad", "iPad"
    ANDROID_PHONE = "android_phone", "Android phone"
    ANDROID_TABLET = "android_tablet", "Android tablet"
    LINUX_PC = "linux_pc", "Linux PC"
    CHROMEBOOK = "chromebook", "Chromebook"
    SMART_TV = "smart_tv", "Smart TV"
    GAME_CONSOLE = "game_console", "Game console"
    FEATURE_PHONE = "feature_phone", "Feature phone"
    WATCH = "watch", "Watch"
    HEADSET = "headset", "Headset"
    CAR = "car", "Car"
    E_READER = "e_reader", "E-reader"
    SMART_SPEAKER = "smart_speaker", "Smart speaker"
    BOT = "bot", "Bot"
    API_CLIENT = "api_client", "API client"
    UNKNOWN = "unknown", "Unknown device"
