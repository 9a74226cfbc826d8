-- The table bears the noun of its rows; the view for people who query is called feedback.
ALTER TABLE feedback RENAME TO signal;
