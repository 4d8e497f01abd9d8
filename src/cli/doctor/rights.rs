//! Who else on this machine may read or write a file.

use std::path::Path;

use super::finding::{Finding, quoted};

/// Group or all may read.
const OTHERS_READ: u32 = 0o044;
/// Group or all may write.
const OTHERS_WRITE: u32 = 0o022;
/// All may write. A group often is its owner's alone.
const ALL_WRITE: u32 = 0o002;
/// Nobody but the owner of a file in this folder may replace it.
const STICKY: u32 = 0o1000;

/// The bits of a file's rights, where the system has such and the file is there.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;

    Some(std::fs::metadata(path).ok()?.permissions().mode())
}

/// Elsewhere the bits say nothing.
#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

/// What is wrong with the rights of a file that holds rows or decides where the key goes.
pub(super) fn judge(area: &'static str, path: &Path, is_secret: bool) -> Option<Finding> {
    let rights = mode(path)?;
    let name = path.display();
    let written_by_others = if is_secret { OTHERS_WRITE } else { ALL_WRITE };
    if rights & written_by_others != 0 {
        let mode = if is_secret { "600" } else { "go-w" };
        return Some(Finding::problem(
            area,
            format!("others on this machine may write {name}"),
            format!("chmod {mode} {}", quoted(path)),
        ));
    }
    (is_secret && rights & OTHERS_READ != 0).then(|| {
        Finding::warning(
            area,
            format!("others on this machine may read {name}"),
            format!("chmod 600 {}", quoted(path)),
        )
    })
}

/// What is wrong with the rights of a folder: whoever may write it can put another file in place.
pub(super) fn judge_folder(area: &'static str, folder: &Path) -> Option<Finding> {
    let rights = mode(folder)?;
    (rights & ALL_WRITE != 0 && rights & STICKY == 0).then(|| {
        Finding::warning(
            area,
            format!(
                "others on this machine may replace the files in {}",
                folder.display()
            ),
            format!("chmod go-w {}", quoted(folder)),
        )
    })
}
