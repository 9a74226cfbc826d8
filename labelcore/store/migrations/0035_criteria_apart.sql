-- Pairs of criteria that somebody keeps apart though their notes mean much the same: nobody is asked again.
CREATE TABLE criteria_apart (
    first_id VARCHAR, second_id VARCHAR, project_id VARCHAR, made_by VARCHAR, made_at TIMESTAMP);
