-- A table bears the noun of its rows, and all rows are events: code_event becomes code, as grade always
-- was. What each noun stands for now is told by views, which are made at every opening and not here.
-- The first code and code_evidence were copied to the events when those began, and not written since.
DROP VIEW code_current;
DROP VIEW quote_current;
DROP VIEW run_current;
DROP VIEW batch_job_current;
DROP VIEW grade_current;
DROP VIEW grade_event;
DROP VIEW comparison_current;
DROP VIEW comparison_event;

DROP TABLE code_evidence;
DROP TABLE code;
ALTER TABLE code_event RENAME TO code;
ALTER TABLE quote_event RENAME TO quote;
ALTER TABLE run_event RENAME TO run;
ALTER TABLE batch_job_event RENAME TO batch_job;
