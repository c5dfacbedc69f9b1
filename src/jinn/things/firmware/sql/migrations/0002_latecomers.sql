-- The percent of a rollout from which a thing that came after its beginning is let in; 0: it was there, its rank counts.
ALTER TABLE firmware_updates ADD COLUMN joins_at BIGINT NOT NULL DEFAULT 0;
