-- A look at the sealed test: at what, and in which round of it. Before, neither was kept.
ALTER TABLE split_opening ADD COLUMN state VARCHAR;
ALTER TABLE split_opening ADD COLUMN round BIGINT;

-- A spent test is given up: from then on its groups, and all that were graded, stay where this says,
-- and groups that nobody had graded are dealt anew.
CREATE TABLE split_round (
    project_id VARCHAR, round BIGINT, author VARCHAR, why VARCHAR, made_at TIMESTAMP
);

CREATE TABLE settled_group (
    project_id VARCHAR, group_key VARCHAR, split VARCHAR, round BIGINT, made_at TIMESTAMP
);

CREATE VIEW settled_group_current AS
    SELECT * FROM settled_group
    QUALIFY row_number() OVER (PARTITION BY project_id, group_key ORDER BY round, made_at) = 1;
