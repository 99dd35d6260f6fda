# Runs once, when the database volume is empty. The role through which Grafana reads: it may read the views of the schema `reporting`
# (granted by the migrations), changes nothing and gives up after 15 seconds.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set password="$(cat /run/secrets/reader_password)" <<'SQL'
create role replywatch_reader login password :'password';
alter role replywatch_reader set default_transaction_read_only = on;
alter role replywatch_reader set statement_timeout = '15s';
SQL
