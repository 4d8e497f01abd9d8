-- How each endpoint has answered so far. A request is one that left and was answered or lost; an answer is good if it
-- brought a page. The time is from the reservation of a request to the last byte of its answer, so it holds the wait for
-- its turn as well.
create view endpoint_health as
with shown as (
    select ledger_id, sum(entries) as items
    from pages
    where error is null
    group by ledger_id
), requests as (
    select
        l.endpoint,
        l.units,
        l.answered_at,
        s.ledger_id is not null as good,
        coalesce(s.items, 0) as items,
        case when s.ledger_id is not null then max(l.answered_at - l.reserved_at, 0) end as took_ms,
        row_number() over (
            partition by l.endpoint, s.ledger_id is not null
            order by l.answered_at - l.reserved_at
        ) as place,
        count(*) over (partition by l.endpoint, s.ledger_id is not null) as many
    from ledger as l
    left join shown as s on s.ledger_id = l.id
    where l.state in ('settled', 'lost', 'fenced')
)
select
    endpoint,
    count(*) as requests,
    sum(good) as pages,
    round(100.0 * sum(good) / count(*), 1) as good_percent,
    max(case when place = (many + 1) / 2 then took_ms end) as median_ms,
    sum(items) as items,
    round(1.0 * sum(items) / nullif(sum(good), 0), 1) as items_a_page,
    sum(units) as units,
    round(1.0 * sum(items) / nullif(sum(units), 0), 1) as items_a_unit,
    max(answered_at) as last_answer_at
from requests
group by endpoint;
