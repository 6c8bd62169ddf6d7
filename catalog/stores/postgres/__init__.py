"""A catalogue that several people and machines share, in a schema of a PostgreSQL database (extra ``postgres``)."""
