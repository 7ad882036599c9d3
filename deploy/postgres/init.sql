-- Makes a schema and a login role for each service, and the auditor that `cashback verify` reads with.
-- Run as superuser inside the database `cashback`; safe to repeat. The passwords come as settings
-- (`cashback.<role>_password`) set by deploy/databases.py in the same transaction: none is in a file.
DO $$
DECLARE
    -- click_tracking and the sandbox own no schema here.
    services constant text[] := ARRAY[
        'catalog', 'partner_postback', 'bonus_status', 'payout', 'members', 'notifications',
        'console'];
    role_name text;
BEGIN
    -- Nobody but the roles below gets in, and nobody makes a table outside a service's own schemas.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    FOREACH role_name IN ARRAY services || ARRAY['auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I PASSWORD %L',
                       role_name, current_setting('cashback.' || role_name || '_password'));
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
    END LOOP;

    -- PostgreSQL's default search_path starts with the schema named like the role: nothing to set.
    FOREACH role_name IN ARRAY services LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', role_name, role_name);
    END LOOP;

    -- What bonus_status holds can be built again from what it heard, into a schema beside its own.
    EXECUTE format('GRANT CREATE ON DATABASE %I TO bonus_status', current_database());

    -- The auditor reads every schema and can change none.
    GRANT pg_read_all_data TO auditor;
    ALTER ROLE auditor SET default_transaction_read_only = on;
END $$;
