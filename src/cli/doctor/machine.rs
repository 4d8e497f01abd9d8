//! The machine: the SQLite inside, the disk under the file, the clock.

use std::path::Path;

use super::finding::Finding;
use crate::cli::output;
use crate::clock::Timestamp;
use crate::store::inspect;

const AREA: &str = "machine";

/// Below so many bytes the next pages may not fit.
const TOO_LITTLE_BYTES: u64 = 100 << 20;
/// Below so many a long harvest may not.
const LITTLE_BYTES: u64 = 1 << 30;

/// This version did not exist before: 2026-01-01T00:00:00Z.
const EARLIEST: Timestamp = 1_767_225_600_000;

/// The SQLite that the program holds.
pub(super) async fn sqlite() -> Finding {
    match inspect::sqlite().await {
        Ok((version, true)) => Finding::ok(AREA, format!("SQLite {version} inside")),
        Ok((version, false)) => Finding::problem(
            AREA,
            format!("SQLite {version} inside can corrupt a database that is being written"),
            "build gleaner with the SQLite that it brings: cargo install --locked --path .",
        ),
        Err(error) => Finding::problem(
            AREA,
            format!("the SQLite inside does not work: {error}"),
            "build gleaner again: cargo install --locked --path .",
        ),
    }
}

/// Space on the disk under a folder, and what kind of file system it is.
pub(super) fn disk(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(free_bytes(folder).map(|bytes| space(folder, bytes)));
    if let Some(name) = file_system_over_the_network(folder) {
        findings.push(Finding::problem(
            AREA,
            format!(
                "{} is on a file system over the network ({name}): two machines could write the file at once and \
                 destroy it",
                folder.display()
            ),
            "move the file to a local disk and name it: --database sqlite:/path/on/a/local/disk/gleaner.db",
        ));
    }
    findings
}

fn space(folder: &Path, bytes: u64) -> Finding {
    let what = format!("{} free under {}", size(bytes), folder.display());
    let fix = "make room there, or put the file on another disk: --database sqlite:PATH";
    match bytes {
        0..TOO_LITTLE_BYTES => Finding::problem(AREA, format!("only {what}"), fix),
        TOO_LITTLE_BYTES..LITTLE_BYTES => Finding::warning(AREA, format!("only {what}"), fix),
        _ => Finding::ok(AREA, what),
    }
}

/// Bytes for people: `12.3 GB`.
pub(super) fn size(bytes: u64) -> String {
    let (number, unit) = match bytes {
        0..1_000_000 => return format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => (bytes / 100_000, "MB"),
        _ => (bytes / 100_000_000, "GB"),
    };
    format!("{}.{} {unit}", number / 10, number % 10)
}

/// Whether the machine's clock can be right, as far as this version and the file know.
pub(super) fn clock(now: Timestamp, latest: Option<Timestamp>) -> Finding {
    const TOLERATED_MS: i64 = 60_000;
    const FIX: &str = "set the clock: timedatectl set-ntp true";

    if now < EARLIEST {
        return Finding::problem(AREA, format!("the clock says {}", output::time(now)), FIX);
    }
    match latest.filter(|latest| *latest > now + TOLERATED_MS) {
        Some(latest) => Finding::problem(
            AREA,
            format!(
                "the clock says {}, and the file holds requests of {}: limits by the day and waiting times are wrong",
                output::time(now),
                output::time(latest)
            ),
            FIX,
        ),
        None => Finding::ok(AREA, format!("the clock says {}", output::time(now))),
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let said = rustix::fs::statvfs(folder).ok()?;
    said.f_bavail.checked_mul(said.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// The name of the file system, where it is one that other machines write as well.
#[cfg(target_os = "linux")]
fn file_system_over_the_network(folder: &Path) -> Option<&'static str> {
    // From linux/magic.h, and the file systems' own headers.
    const NAMES: &[(u32, &str)] = &[
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB2"),
        (0x5346_414f, "AFS"),
        (0x6b41_4653, "AFS"),
        (0x7375_7245, "Coda"),
        (0x00c3_6400, "Ceph"),
        (0x0102_1997, "9p"),
        (0x564c, "NCP"),
        (0x0bd0_0bd0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x0116_1970, "GFS2"),
        (0x7461_636f, "OCFS2"),
    ];
    let kind = rustix::fs::statfs(folder).ok()?.f_type;
    // The type's width and sign differ between machines; the numbers have 32 bits.
    let kind = kind & 0xffff_ffff;
    NAMES
        .iter()
        .find(|(number, _)| i64::from(*number) == kind)
        .map(|(_, name)| *name)
}

#[cfg(not(target_os = "linux"))]
fn file_system_over_the_network(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn little_space_is_told_and_less_is_a_problem() {
        let level = |bytes| space(Path::new("/"), bytes).level;
        assert_eq!(level(99 << 20), Level::Problem);
        assert_eq!(level(100 << 20), Level::Warning);
        assert_eq!(level(1 << 30), Level::Ok);
        let texts = [900, 1_500_000, 12_345_678_901].map(size);
        assert_eq!(texts, ["1 kB", "1.5 MB", "12.3 GB"]);
    }

    #[test]
    fn a_clock_before_this_version_or_the_file_is_wrong() {
        assert_eq!(clock(0, None).level, Level::Problem);
        assert_eq!(clock(EARLIEST, None).level, Level::Ok);
        assert_eq!(clock(EARLIEST, Some(EARLIEST + 60_000)).level, Level::Ok);
        assert_eq!(clock(EARLIEST, Some(EARLIEST + 60_001)).level, Level::Problem);
    }
}
