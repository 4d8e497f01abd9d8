-- The archive: which version read a page, how its body is stored, and where among the pages each sweep ended.

-- A dictionary holds what the bodies of an endpoint have in common. Bodies name the one that they need to be read, so
-- none is ever changed.
create table dictionaries (
    id integer primary key,
    endpoint text not null,
    trained_at integer not null,
    bodies integer not null,            -- how many the endpoint had then; a new one is trained when there are many more
    dictionary blob not null
);
create index dictionaries_by_endpoint on dictionaries (endpoint, id);

alter table page_bodies add column dictionary_id integer references dictionaries (id);
alter table page_bodies add column level integer not null default 3;    -- how hard zstd tried; 99 is left as it is
-- What is still to be packed, without a look at the rest.
create index page_bodies_by_packing on page_bodies (dictionary_id, level, page_id);

alter table pages add column parser integer not null default 0;     -- the parsers' version; 0 is before they had numbers
alter table pages add column body_dropped_at integer;               -- when its body was dropped, or not kept at all

-- 1 if its pages were imported; 2 if the list had been read later or was under way, so that they only add what is missing.
alter table sweeps add column imported integer not null default 0;

-- Files that became pages: the same one again is no second page.
create table imports (
    page_id integer primary key references pages (id),
    file text not null,
    body_hash integer not null,         -- of endpoint, target and body
    imported_at integer not null
);
create index imports_by_hash on imports (body_hash);
create index pages_with_body on pages (answered_at) where body_dropped_at is null;

create index pages_by_time on pages (answered_at);       -- stamps name a page by its time

-- The newest page when the sweep ended: what its end changed is made again after that page. A sweep that bought nothing
-- ended after what had been answered until then.
alter table sweeps add column ended_page integer;
update sweeps
set ended_page = coalesce(
    (select max(p.id) from pages as p where p.sweep_id = sweeps.id),
    (select p.id from pages as p where p.answered_at <= sweeps.ended_at order by p.answered_at desc limit 1),
    0
)
where ended_at is not null;

-- Lists that were asked for together ended with the page that answered for them. There may be many sweeps and few such
-- pages, so it begins with the pages.
update sweeps
set ended_page = answer.page_id
from (
    select s.id as sweep_id, max(p.id) as page_id
    from pages as p
    cross join ledger as a on a.id = p.ledger_id
    cross join json_each('[' || a.target || ']') as media
    cross join lists as l on l.kind = 'usertags' and l.target = cast(media.value as text) and l.params = ''
    cross join sweeps as s on s.list_id = l.id and p.answered_at between s.started_at and s.ended_at
    where p.endpoint = '/gql/media/usertags'
    group by s.id
) as answer
where sweeps.id = answer.sweep_id;
create index sweeps_by_ended_page on sweeps (ended_page);
