-- A list that a limit of a harvest ended is read on in the same sweep when more of it is wanted.

-- The cursor that its last page gave, where a limit ended it.
alter table sweeps add column resume text;
-- 1 if the cap of pages ended it, which is no limit of a harvest: another one would end it there as well.
alter table sweeps add column at_page_cap integer not null default 0;
-- When a limit ended it first, where it was read on since.
alter table sweeps add column first_ended_at integer;
-- The first of the sweeps whose pages it buys again, because a limit is wider and nothing could be read on.
alter table sweeps add column reads_again integer;

update sweeps
set at_page_cap = 1
where verdict = 'capped' and reason like 'page cap of %';

-- Every request that left: who paid, for whose list, and what it brought. A page is paid again where its endpoint was paid
-- for the page of that number of that reading before, or where another was and brought nothing. A reading is a sweep, and
-- with it those that read again from page 0 because a limit is wider. A walk that goes to the next endpoint for more is
-- none of these. A request for several posts counts for the owner of the first.
drop view payments;
create view payments as
with brought as (
    select ledger_id, count(elements) as pages, sum(new_entries) as new_rows
    from pages
    group by ledger_id
)
select
    p.id,
    p.harvest_id,
    h.name as harvest,
    p.run_id,
    p.day,
    l.kind,
    p.target,
    case
        when l.kind = 'search' then null
        when l.target like '@%' then coalesce(
            (select max(s.user_id) from seeds as s where s.value = l.target),
            (select max(u.id) from users as u where u.username = substr(l.target, 2))
        )
        when l.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts') then cast(l.target as integer)
        else (select m.owner_id from media as m where m.id = cast(l.target as integer))
    end as user_id,
    p.endpoint,
    p.sweep_id,
    p.page_no,
    p.state,
    p.status,
    p.units,
    p.units > 0 and (
        row_number() over (partition by coalesce(s.reads_again, s.id), p.endpoint, p.page_no, p.units > 0 order by p.id) > 1
        or coalesce(
            lag(coalesce(b.pages, 0)) over (partition by coalesce(s.reads_again, s.id), p.page_no, p.units > 0 order by p.id) = 0,
            0
        )
    ) as again,
    coalesce(b.pages, 0) as pages,
    coalesce(b.new_rows, 0) as new_rows,
    coalesce(p.reason, case p.state when 'fenced' then 'answered too late to be used' end) as reason,
    p.answered_at,
    coalesce(s.reads_again, s.id) as reading
from ledger as p
join harvests as h on h.id = p.harvest_id
join sweeps as s on s.id = p.sweep_id
join lists as l on l.id = s.list_id
left join brought as b on b.ledger_id = p.id
where p.state not in ('reserved', 'released') and p.reason is not 'imported';

-- The pages that were paid for more than once, with what came of each payment in turn.
drop view paid_twice;
create view paid_twice as
with paid as (
    select *, sum(not again) over (partition by reading, page_no order by id) as purchase
    from payments
    where units > 0
)
select
    max(sweep_id) as sweep_id,
    kind,
    target,
    page_no,
    count(*) as times_paid,
    sum(units) as units,
    sum(case when again then units else 0 end) as units_paid_again,
    group_concat(endpoint || coalesce(': ' || reason, ''), ', then ' order by id) as what_came
from paid
group by reading, page_no, purchase
having count(*) > 1;
