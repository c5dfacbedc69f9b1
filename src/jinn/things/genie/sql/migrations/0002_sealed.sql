-- Client secrets and tokens lie sealed with the key of the data folder. Rows from before say 0; they are sealed when
-- they are first read, since the key is not the database's.
ALTER TABLE genie_links ADD COLUMN is_sealed BIGINT NOT NULL DEFAULT 0;
