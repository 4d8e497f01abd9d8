//! The invented words that names, biographies, captions and comments are made of.

/// Stands for half of a surrogate pair: a body shows it as the escape `\ud83d`, and a reader must make U+FFFD of it.
///
/// Rust's texts cannot hold half a pair, so the world carries this private character in its place.
pub(crate) const HALF_PAIR: char = '\u{e83d}';

/// What a reader makes of a text of this world.
pub(crate) fn as_read(text: &str) -> String {
    text.replace(HALF_PAIR, "\u{fffd}")
}

pub(crate) const FIRST_NAMES: [&str; 24] = [
    "mara", "tovin", "elka", "brisa", "joren", "livia", "odan", "petra", "quill", "runa", "sabel", "teodor",
    "ulma", "vesna", "wyn", "xanti", "yoriko", "zed", "amaro", "belis", "corvin", "dalia", "emre", "fenna",
];

pub(crate) const LAST_NAMES: [&str; 24] = [
    "feld", "okoro", "brandt", "lune", "sorel", "vik", "tanabe", "moss", "harrow", "pike", "sandoval",
    "reyes", "thorn", "ames", "kestrel", "novak", "iversen", "bloom", "castor", "dune", "ember", "frost",
    "grove", "hollow",
];

/// What stands behind a displayed name, in many scripts.
pub(crate) const FLOURISHES: [&str; 10] = [
    "",
    "",
    "",
    "",
    " ✨",
    " 🌿🌊",
    " | студия",
    "・写真家",
    " مصورة",
    " 👩‍🚀",
];

pub(crate) const SENTENCES: [&str; 16] = [
    "Morning light over the harbour",
    "coffee first, then everything else ☕",
    "New work, link below 👇",
    "Не забудьте выходной 🌧️",
    "たまには海へ 🌊",
    "what a week!!",
    "Two days, one tent, no signal \u{1f3d5}\u{fe0f}",
    "\"quoted\" and back\\slashed",
    "naïve façade, über-café",
    "tabs\tand\nnew lines",
    "🔥🔥🔥",
    "so proud of this team 🙌🏽",
    "سماء صافية اليوم",
    "ce soir à vingt heures",
    "#slow #days #analog",
    "thank you @mara.feld_3 for the picture",
];

pub(crate) const CATEGORIES: [&str; 8] = [
    "Artist",
    "Photographer",
    "Bakery",
    "Public figure",
    "Local business",
    "Musician/band",
    "Café",
    "Sports & Recreation",
];

pub(crate) const CITIES: [&str; 6] = [
    "Porto Alto",
    "Kleinau",
    "São Bento do Mar",
    "Nøkkeby",
    "Hoshimachi",
    "Bellmere",
];

pub(crate) const PRONOUNS: [&[&str]; 4] = [
    &["she", "her"],
    &["he", "him"],
    &["they", "them"],
    &["she", "they"],
];

pub(crate) const PLACES: [&str; 8] = [
    "Old Pier, Bellmere",
    "Café Zwölf",
    "星の町 Station",
    "Mirador del Viento",
    "Kleinau Market Hall",
    "Praia Longa",
    "Museum of Salt",
    "Nøkkeby Fjord",
];

pub(crate) const PICTURE_TEXTS: [&str; 4] = [
    "Photo by a harbour. May be an image of 2 people and sea.",
    "May be an image of text that says 'open'.",
    "Photo shared on a Sunday. May be an image of bread.",
    "No photo description available.",
];

/// Where pictures are served from.
pub(crate) const EDGES: [&str; 5] = ["mck1-1", "mck1-2", "sim2-1", "sim2-3", "tst4-1"];
