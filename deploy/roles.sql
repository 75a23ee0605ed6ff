-- Two roles: the owner of the tables, who migrates, and the service, who works.
-- psql -v ON_ERROR_STOP=1 -v owner=zhengjiao_owner -v service=zhengjiao -f deploy/roles.sql zhengjiao
-- Run as the owner after every migrate; safe to repeat. The service can neither alter a table, nor switch a trigger off,
-- nor empty one; of what is append-only it may read and add rows, no more.
BEGIN;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"service";
-- Every table with a trigger that refuses changes is append-only: those of tomorrow too.
SELECT format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %I', tgrelid::regclass, :'service')
FROM pg_trigger WHERE tgname LIKE '%\_append\_only' AND NOT tgisinternal
\gexec
-- The list of migrations is the owner's.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"service";
COMMIT;
