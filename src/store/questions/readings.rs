//! The sweeps that an answer about another time rests on: not the newest of a list, but those around that time.

use crate::store::questions::Question;

/// The statement that finds them, after `needed`, for a question about a moment or about the time between two; none for any
/// other.
///
/// They are the last one that had ended when the time began, all that ended within it, and the next one that says what was
/// missing. Imports that only add are none: they do not say how a list was.
pub(crate) fn around(question: &Question) -> Option<String> {
    const SWEEPS: &str = "
        , spans (starts, ends) as (
            select {starts}, {ends}
        ), asked as (
            select distinct n.kind, cast(n.target as text) as target, l.id as list_id
            from needed as n
            left join lists as l on l.kind = n.kind and l.target = cast(n.target as text)
        ), readings as (
            select s.list_id, s.id as sweep_id, s.ended_at, s.closes
            from asked as a
            join sweeps as s on s.list_id = a.list_id
            where s.ended_at is not null and s.imported <> 2
        ), chosen as (
            select a.kind, a.target, a.list_id, r.sweep_id
            from asked as a
            cross join spans as p
            join readings as r on r.list_id = a.list_id
            where (r.ended_at > coalesce(p.starts, -1) and r.ended_at <= coalesce(p.ends, r.ended_at))
                or r.sweep_id = (
                    select b.sweep_id
                    from readings as b
                    where b.list_id = a.list_id and b.ended_at <= p.starts
                    order by b.ended_at desc, b.sweep_id desc
                    limit 1
                )
                or r.sweep_id = (
                    select c.sweep_id
                    from readings as c
                    where c.list_id = a.list_id and c.closes = 1 and c.ended_at > p.ends
                    order by c.ended_at, c.sweep_id
                    limit 1
                )
            union all
            select a.kind, a.target, a.list_id, null
            from asked as a
            cross join spans as p
            where not exists (
                select 1
                from readings as r
                where r.list_id = a.list_id and r.ended_at <= coalesce(p.starts, p.ends, r.ended_at)
            )
        )
        select
            a.kind, a.target, u.username, s.verdict,
            case
                when s.id is not null then s.reason
                when a.list_id is null then 'not collected'
                else 'not read then'
            end as reason,
            round(
                100.0 * s.covered / nullif(
                    min(coalesce(s.counter_before, s.counter_after), coalesce(s.counter_after, s.counter_before)), 0
                ),
                1
            ) as coverage_percent,
            s.distinct_items, s.ended_at, s.covered,
            min(coalesce(s.counter_before, s.counter_after), coalesce(s.counter_after, s.counter_before)) as expected
        from chosen as a
        left join sweeps as s on s.id = a.sweep_id
        left join users as u on u.id = cast(a.target as integer)
        order by a.kind, length(a.target), a.target, s.ended_at, s.id";
    let takes = |name: &str| question.parameters.iter().any(|parameter| parameter.name == name);
    let (starts, ends) = match (takes("at"), takes("from") && takes("to")) {
        (true, _) => (":at", ":at"),
        (false, true) => (":from", ":to"),
        (false, false) => return None,
    };
    Some(SWEEPS.replace("{starts}", starts).replace("{ends}", ends))
}
