#!/bin/sh
# Run once, by PostgreSQL's own image when its volume is empty: the two roles and the database. Neither is a superuser.
set -eu
psql -v ON_ERROR_STOP=1 -v owner_password="$OWNER_PASSWORD" -v service_password="$SERVICE_PASSWORD" <<'SQL'
CREATE ROLE zhengjiao_owner LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE zhengjiao LOGIN PASSWORD :'service_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE zhengjiao OWNER zhengjiao_owner;
\connect zhengjiao
ALTER SCHEMA public OWNER TO zhengjiao_owner;
SQL
