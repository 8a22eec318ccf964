"""What every page of Django admin shares: the base of each ModelAdmin and its forms.

Imports forms and models. The ModelAdmins of all apps import it.
"""
