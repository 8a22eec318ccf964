"""The site on several machines: PgBouncer, a replica. All start servers of their own."""
