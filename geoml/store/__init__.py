"""The operations database: SQLite beside the data, or PostgreSQL by ``GEOML_DATABASE_URL``.

Editions, models and areas are files; here lie only what operators do: tokens for now. The one
package that knows SQL.
"""
