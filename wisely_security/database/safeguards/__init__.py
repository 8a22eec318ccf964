"""What keeps tenants apart and events unaltered in the database: who may do what with each table (``declared``), what
the database has (``catalogue``), and the rules that compare the two."""
