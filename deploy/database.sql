-- Rights inside one database. Run as asnhr_owner in the new, empty database, before the first migration.
-- Default privileges belong to a database, so each database (also a test one) needs this file.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO asnhr_app;

-- Whatever the owner's migrations make later, the application may use; it may not TRUNCATE, alter or drop it.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO asnhr_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO asnhr_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO asnhr_app;
