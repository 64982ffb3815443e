"""Runs the steps in the connection that ``geoml.store.database`` hands over."""

from alembic import context

from geoml.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds every step
)
context.run_migrations()
