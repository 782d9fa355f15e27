-- The table `users` for a database whose init.sql was run before it had one.  Standalone and
-- idempotent: psql -1 -f sql/migrations/001_users.sql.  Not in ORDER, since init.sql has both.

CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

CREATE TABLE IF NOT EXISTS users (
    id                 uuid         PRIMARY KEY DEFAULT uuid_generate_v4(),
    email              varchar(255) NOT NULL,
    password_hash      text         NOT NULL,
    roles              text[]       NOT NULL DEFAULT ARRAY['operator'],
    display_name       varchar(200),
    is_active          boolean      NOT NULL DEFAULT TRUE,
    created_at         timestamptz  DEFAULT now(),
    updated_at         timestamptz  DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_users_email_lower ON users (lower(email));
