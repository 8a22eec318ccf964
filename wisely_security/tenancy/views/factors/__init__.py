"""Pages of second factors: at sign-in, under Your account, before something that matters, and for admins."""
