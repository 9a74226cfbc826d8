-- Tables stay as they are. Until here "anna" and "Anna" could be two people: people.unite makes them one.
SELECT 1;
