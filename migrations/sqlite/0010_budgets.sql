-- Limits that a command sets while the file is worked on, every change of a limit, and the account beside the ledger.

-- Whose request it was; none for requests from before runs were counted. The sums have the scope `run:1` as well.
alter table ledger add column run_id integer references runs (id);

-- What is said of each limit: scope is `all`, `day`, `run` or `harvest:1`. What was configured for a harvest stands in
-- `harvests`. A command goes before the configuration as long as that says what it said then. Once it says something else,
-- the lower of the two is kept as what the command said over it.
create table budgets (
    scope text primary key,
    configured integer,                 -- what the newest run was configured with; null for no limit
    units integer,                      -- what of a command's word holds; null for no limit
    over_units integer,                 -- what was configured when that was weighed last
    set_at integer                      -- when it was given; null if none was
) without rowid;

-- Every change of a limit that holds.
create table budget_changes (
    id integer primary key,
    scope text not null,
    from_units integer,
    to_units integer,
    spent integer not null,             -- what counted against it at that moment; of a run: in the newest one
    said_by text not null check (said_by in ('config', 'command')),
    at integer not null
);
create index budget_changes_by_scope on budget_changes (scope, id);

insert into budget_changes (scope, from_units, to_units, spent, said_by, at)
select
    'harvest:' || h.id, null, h.max_units, coalesce(s.settled + s.reserved + s.lost, 0), 'config', h.round_started_at
from harvests as h
left join spend as s on s.scope = 'harvest:' || h.id
where h.max_units is not null;

-- What the upstream said of the account, beside what the ledger knew: what was surely billed before the question, and
-- what may have been when the answer came.
create table balances (
    id integer primary key,
    run_id integer references runs (id),
    answered_at integer not null,
    units_left integer not null,
    settled_before integer not null,    -- the ledger's sums when the question was asked
    lost_before integer not null,
    settled integer not null,           -- and when the answer was kept
    reserved integer not null,
    lost integer not null,
    since integer references balances (id),  -- the one that it is compared with
    seen integer,                       -- units that the account lost since then
    least integer,                      -- what the ledger says that it lost, at least and at most
    most integer,
    difference integer not null,        -- beyond that, not counting what was said before
    finding text not null check (finding in ('first', 'agrees', 'topped_up', 'less', 'drift')),
    fixed integer not null              -- 1 if those after it are compared with it
);
create index balances_fixed on balances (id) where fixed = 1;

-- Units that the account lost and the ledger knows nothing of.
create view drifts as
select
    b.id,
    a.answered_at as from_at,
    b.answered_at as to_at,
    b.least as expected_least,
    b.most as expected_most,
    b.seen,
    b.difference
from balances as b
join balances as a on a.id = b.since
where b.finding = 'drift';

-- Every request that left: who paid, for whose list, and what it brought. A page is paid again where its endpoint was paid
-- for the page of that number of that sweep before, or where another was and brought nothing. A walk that goes to the next
-- endpoint for more is none of these. A request for several posts counts for the owner of the first.
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
        row_number() over (partition by p.sweep_id, p.endpoint, p.page_no, p.units > 0 order by p.id) > 1
        or coalesce(
            lag(coalesce(b.pages, 0)) over (partition by p.sweep_id, p.page_no, p.units > 0 order by p.id) = 0,
            0
        )
    ) as again,
    coalesce(b.pages, 0) as pages,
    coalesce(b.new_rows, 0) as new_rows,
    coalesce(p.reason, case p.state when 'fenced' then 'answered too late to be used' end) as reason,
    p.answered_at
from ledger as p
join harvests as h on h.id = p.harvest_id
join sweeps as s on s.id = p.sweep_id
join lists as l on l.id = s.list_id
left join brought as b on b.ledger_id = p.id
where p.state not in ('reserved', 'released') and p.reason is not 'imported';

create view spend_by_endpoint as
select
    endpoint,
    count(*) as requests,
    sum(units) as units,
    sum(pages) as pages,
    sum(new_rows) as new_rows,
    round(1.0 * sum(new_rows) / nullif(sum(units), 0), 1) as rows_per_unit,
    sum(case when state = 'lost' then units else 0 end) as units_lost,
    sum(case when again then units else 0 end) as units_paid_again
from payments
group by endpoint;

create view spend_by_harvest as
select
    harvest,
    count(*) as requests,
    sum(units) as units,
    sum(new_rows) as new_rows,
    round(1.0 * sum(new_rows) / nullif(sum(units), 0), 1) as rows_per_unit,
    sum(case when state = 'lost' then units else 0 end) as units_lost,
    sum(case when again then units else 0 end) as units_paid_again
from payments
group by harvest_id;

create view spend_by_user as
select
    p.user_id,
    u.username,
    count(*) as requests,
    sum(p.units) as units,
    sum(p.new_rows) as new_rows,
    round(1.0 * sum(p.new_rows) / nullif(sum(p.units), 0), 1) as rows_per_unit,
    sum(case when p.state = 'lost' then p.units else 0 end) as units_lost,
    sum(case when p.again then p.units else 0 end) as units_paid_again
from payments as p
left join users as u on u.id = p.user_id
group by p.user_id;

create view spend_by_day as
select
    day,
    count(*) as requests,
    sum(units) as units,
    sum(new_rows) as new_rows,
    round(1.0 * sum(new_rows) / nullif(sum(units), 0), 1) as rows_per_unit,
    sum(case when state = 'lost' then units else 0 end) as units_lost,
    sum(case when again then units else 0 end) as units_paid_again
from payments
group by day;

-- The pages that were paid for more than once, with what came of each payment in turn.
create view paid_twice as
with paid as (
    select *, sum(not again) over (partition by sweep_id, page_no order by id) as purchase
    from payments
    where units > 0
)
select
    sweep_id,
    kind,
    target,
    page_no,
    count(*) as times_paid,
    sum(units) as units,
    sum(case when again then units else 0 end) as units_paid_again,
    group_concat(endpoint || coalesce(': ' || reason, ''), ', then ' order by id) as what_came
from paid
group by sweep_id, page_no, purchase
having count(*) > 1;
