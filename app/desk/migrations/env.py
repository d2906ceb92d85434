"""Bring a database to the newest tables, over the connection that the store hands in."""

from alembic import context

from app.desk.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
