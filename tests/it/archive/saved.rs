//! Bodies as somebody saves them: asked of the upstream past the engine, and imported.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

use gleaner::endpoint::{Cost, Next, Options, Parse};
use gleaner::endpoints;
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::archive::import::{File, Import, Imported, import};
use gleaner::target::Target;

use crate::harness::{CANARY, Run};

impl Run {
    /// What the upstream answers to a plain request.
    async fn ask(&self, path: &str, query: &[(&str, String)]) -> Vec<u8> {
        let url = format!("{}{path}", self.config.upstream.base_url);
        let answer = reqwest::Client::new()
            .get(url)
            .query(query)
            .header("x-access-key", CANARY)
            .header("user-agent", "saved by hand")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    /// All pages of a list as files.
    pub(super) async fn save(&self, path: &str, target: &Target) -> Vec<File> {
        self.save_as(path, target, &Options::default()).await
    }

    /// The same of a list that was asked for with these options.
    pub(super) async fn save_as(&self, path: &str, target: &Target, options: &Options) -> Vec<File> {
        let endpoint = endpoints::find(path).unwrap();
        let Parse::Page(parse) = endpoint.parse else {
            unreachable!("a list has pages")
        };
        let mut files: Vec<File> = Vec::new();
        let mut cursor = None;
        loop {
            let mut query = (endpoint.query)(target, options);
            if let (Some(name), Some(cursor)) = (endpoint.cursor, &cursor) {
                query.push((name, String::clone(cursor)));
            }
            let body = self.ask(path, &query).await;
            let page = parse(&body, target).unwrap();
            let next = page.next.clone();
            files.push(File {
                name: format!("page-{}.json", files.len()),
                body,
                page,
                at: self.clock.now(),
            });
            match next {
                Next::Cursor(next) if endpoint.cursor.is_some() => cursor = Some(next),
                _ => return files,
            }
        }
    }

    /// What became of the list.
    pub(super) async fn import(&self, path: &str, kind: Kind, target: &Target, files: Vec<File>) -> Imported {
        self.import_all(path, kind, target, files).await.remove(0)
    }

    /// What became of each list that the files answer for.
    pub(super) async fn import_all(
        &self,
        path: &str,
        kind: Kind,
        target: &Target,
        files: Vec<File>,
    ) -> Vec<Imported> {
        let policy = setup::policy(&self.config, true);
        let endpoint = endpoints::find(path).unwrap();
        let wanted = Import {
            endpoint: path.to_owned(),
            kind,
            target: target.to_string(),
            partial: endpoint.cursor.is_some() || matches!(endpoint.cost, Cost::Amount { .. }),
            files,
        };
        let now = self.clock.now();
        let imported = self
            .beside(async |db| import(db, &policy, &wanted, now).await)
            .await;
        self.check_invariants().await;
        imported
    }
}
