"""What is shown of the product: screenshots, and how many steps three tasks take. ``make screenshots`` runs both."""
