-- Which version of the protocol a vendor's cloud speaks.
ALTER TABLE genie_links ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
