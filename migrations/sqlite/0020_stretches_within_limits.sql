-- The limit of pages, or of items, that ended the walk which read a stretch down to its oldest post: for the same limit, or a
-- smaller one, all that is wanted is known.
alter table list_stretches add column within_pages integer;
alter table list_stretches add column within_items integer;

-- Times of posts are unix milliseconds, here too. What was kept of the counter was counted in seconds; it is learnt again when
-- the list is next read to its end.
update list_stretches
set surplus = null;
