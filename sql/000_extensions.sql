-- What the schema needs from PostgreSQL's own packages.  uuid-ossp is a trusted
-- extension: whoever may create objects in the database may create it.

CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
