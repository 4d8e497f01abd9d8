//! The search: every file of the folder, and every cell of every table, compressed ones too.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::Row as _;

use crate::program::Program;

/// The key as it can be written: plain, escaped, percent-encoded, and in base64 by itself or inside something longer.
pub(super) fn spellings(key: &str) -> Vec<String> {
    let percent = utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
    let mut all = vec![
        key.to_owned(),
        key.replace('/', "\\/"),
        percent.to_lowercase(),
        key.replace('/', "%2F"),
        key.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        percent,
    ];
    for before in ["", "x", "xx", "x-access-key: "] {
        all.push(STANDARD.encode(format!("{before}{key}")));
        all.push(URL_SAFE.encode(format!("{before}{key}")));
        all.push(STANDARD.encode(format!("{before}{key}\r\nhost: x")));
    }
    all
}

/// What gives the key away: half of a spelling is enough. The ends of a text in base64 depend on its neighbours.
fn traces(key: &str) -> Vec<String> {
    let mut traces = Vec::new();
    let mut halves = |text: &str| {
        let middle = text.len() / 2;
        traces.extend([text[..middle].to_owned(), text[middle..].to_owned()]);
    };
    halves(key);
    halves(&utf8_percent_encode(key, NON_ALPHANUMERIC).to_string());
    for offset in 0..3 {
        let padded = [&"x".repeat(offset), key].concat();
        for text in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            halves(&text[4..text.len() - 4]);
        }
    }
    traces
}

/// Asserts that no file of the program's folder and no cell of its tables holds a trace of the key.
pub(super) async fn assert_nowhere(key: &str, program: &Program) {
    let traces = traces(key);
    let search = |place: &str, bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for trace in &traces {
            if let Some(at) = text.find(&trace.to_lowercase()) {
                let around: String = text[..at]
                    .chars()
                    .rev()
                    .take(200)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect();
                panic!("{trace} of the key is in {place}, after: {around}");
            }
        }
    };
    for file in fs::read_dir(program.path("")).unwrap() {
        let path = file.unwrap().path();
        search(&path.display().to_string(), path.to_string_lossy().as_bytes());
        search(&path.display().to_string(), &fs::read(&path).unwrap());
    }
    if !program.path("gleaner.db").exists() {
        return;
    }
    let database = program.database().await;
    let tables: Vec<String> = sqlx::query_scalar("select name from sqlite_schema where type = 'table'")
        .fetch_all(database.readers())
        .await
        .unwrap();
    for table in tables {
        let blobs = format!("select * from \"{table}\"");
        let rows = sqlx::query(sqlx::AssertSqlSafe(blobs))
            .fetch_all(database.readers())
            .await
            .unwrap();
        for row in rows {
            for column in 0..row.len() {
                let Ok(bytes) = row.try_get_unchecked::<Option<Vec<u8>>, _>(column) else {
                    continue;
                };
                let bytes = bytes.unwrap_or_default();
                search(&table, &bytes);
                if let Ok(body) = zstd::stream::decode_all(bytes.as_slice()) {
                    search(&table, &body);
                }
            }
        }
    }
}
