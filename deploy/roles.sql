-- The two roles of ASNHR: the only source, for the embedded server and for production alike.
-- Run as a superuser, once for each server; may be run again. Passwords are set afterwards, outside any file:
--     \password asnhr_owner
--     \password asnhr_app

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'asnhr_owner') THEN
        CREATE ROLE asnhr_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'asnhr_app') THEN
        CREATE ROLE asnhr_app;
    END IF;
END
$$;

-- Owns every table and runs migrations, nothing else. BYPASSRLS because row security is forced: without it a data
-- migration sees no row and silently changes nothing.
ALTER ROLE asnhr_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;

-- Serves pages, API, tasks and commands. Owns nothing, so it can neither alter a table nor lift its row security.
ALTER ROLE asnhr_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
