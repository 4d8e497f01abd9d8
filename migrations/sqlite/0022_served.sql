-- The sweep that had shown a harvest all it wants of a list while others had it read on: it does not wait for it again.
alter table harvest_lists add column served_sweep integer;
