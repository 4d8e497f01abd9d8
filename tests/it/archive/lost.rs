//! A parser that reads less of the kept bodies makes nobody leave: a sweep with a lost page or a refused element says of
//! nobody that he is missing.

use gleaner::endpoint::{Endpoint, Page, Parse, ParseError, Reject};
use gleaner::endpoints::g2_followers;
use gleaner::kind::Kind;
use gleaner::target::Target;

use super::{assert_same, registry};
use crate::harness::{Run, assert_rows_equal, harvest};
use crate::stage::Stage;

/// As the registry's, but pages that show person 13 or 14 are no pages.
static LOSES: Endpoint = Endpoint {
    parse: Parse::Page(loses),
    ..g2_followers::ENDPOINT
};
/// As the registry's, but person 10 is refused where one of them is shown as well.
static REFUSES: Endpoint = Endpoint {
    parse: Parse::Page(refuses),
    ..g2_followers::ENDPOINT
};

fn parse(body: &[u8], target: &Target) -> Result<(Page, bool), ParseError> {
    let Parse::Page(parse) = g2_followers::ENDPOINT.parse else {
        unreachable!("followers have pages")
    };
    let page = parse(body, target)?;
    let is_later = page.entries.iter().any(|entry| entry.id > 12);
    Ok((page, is_later))
}

fn loses(body: &[u8], target: &Target) -> Result<Page, ParseError> {
    match parse(body, target)? {
        (_, true) => Err(ParseError::WrongShape {
            reason: "lost for the test".into(),
        }),
        (page, false) => Ok(page),
    }
}

fn refuses(body: &[u8], target: &Target) -> Result<Page, ParseError> {
    let (mut page, is_later) = parse(body, target)?;
    if is_later {
        page.entries.retain(|entry| entry.id != 10);
        page.rejects.push(Reject {
            position: 0,
            reason: "refused for the test".into(),
            element: "{}".into(),
        });
    }
    Ok(page)
}

fn losing(path: &str) -> Option<&'static Endpoint> {
    registry(path).map(|endpoint| if path == LOSES.path { &LOSES } else { endpoint })
}

fn refusing(path: &str) -> Option<&'static Endpoint> {
    registry(path).map(|endpoint| if path == REFUSES.path { &REFUSES } else { endpoint })
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_by_a_parser_that_reads_less() {
    let stage = Stage::start().await;
    stage.person(1, &[10, 11, 12]);
    let run = Run::on(&stage).await;
    let followers = harvest(&["1"], &[Kind::Followers]);
    run.go(&followers).await;
    for list in [[10, 11, 12, 13], [10, 11, 12, 14], [10, 11, 12, 14]] {
        stage.change(1, |person| person.followers = list.to_vec());
        run.refresh(&followers).await;
    }
    let left = "select follower_id from follow_edges where gone_sweep is not null order by 1";
    let closing = "select count(*) from sweeps where closes = 1";
    assert_eq!(run.lines(left).await, ["13"]);
    assert_eq!(run.number(closing).await, 4);
    let before = run.dump().await;
    for find in [&losing as gleaner::store::archive::replay::Find<'_>, &refusing] {
        // Twice: what came as a page is still lost when it is lost again.
        for _ in 0..2 {
            run.reparse_with(find, false).await;
            assert!(run.lines(left).await.is_empty());
            assert_eq!(run.number(closing).await, 1, "the sweep whose pages are read");
            run.check_invariants().await;
        }
        run.reparse().await;
        assert_rows_equal(&run.dump().await, &before);
        assert_eq!(run.lines(left).await, ["13"]);
        assert_eq!(run.number(closing).await, 4);
        run.check_invariants().await;
    }
    assert_same(&run.reparse().await.tables);
}
