//! The signatures of addresses: as long and as random as the upstream's, of which they are most of a body's bytes.
//!
//! As there, some parts are the whole answer's and others the picture's. In one answer a picture is signed in the same
//! way wherever it stands; no two answers sign it alike.

use crate::mock::cursors::base64;
use crate::mock::draw::Draw;

const STYLE: &str = "dst-jpg_e35_p750x750_sh0.08_tt6";
/// Says how a picture was encoded.
const ENCODED: &str = "eyJ2ZW5jb2RlX3RhZyI6InNpbS5wcm9maWxlX3BpYy4xMDgwLkMzIn0";
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What an answer signs with.
#[derive(Debug)]
pub(crate) struct Signature {
    draw: Draw,
    /// What the pictures of this answer are signed with.
    key: u64,
    /// What all addresses of the answer share.
    group: String,
    session: String,
    edition: String,
    service: u64,
}

impl Signature {
    /// The signature of the answer of that number.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut draw = Draw::new(seed, "signature", &[number]);
        Self {
            key: draw.bits(),
            group: text(&mut draw, 22),
            session: session(&mut draw),
            edition: text(&mut draw, 12),
            service: draw.bits() >> 40,
            draw,
        }
    }

    /// 64 random bits, of which no two answers share any.
    pub(crate) fn bits(&mut self) -> u64 {
        self.draw.bits()
    }

    /// An address with its signature.
    pub(crate) fn sign(&self, address: &str) -> String {
        let mut draw = Draw::new(self.key, address, &[]);
        let host = address.split('/').nth(2).unwrap_or_default();
        let category = 100 + draw.below(12);
        let ticket = text(&mut draw, 23);
        let hash = text(&mut draw, 44);
        // They end within a few days.
        let expiry = 0x6a00_0000 + draw.below(400_000);
        let Self {
            group,
            edition,
            service,
            ..
        } = self;
        if address.rsplit('.').next() == Some("mp4") {
            let video = video(&mut draw);
            return format!(
                "{address}?_nc_cat={category}&_nc_sid={service:06x}&_nc_ht={host}&_nc_ohc={ticket}&efg={video}\
                 &ccb=17-1&_nc_gid={group}&_nc_ss=7a3be&_nc_zt=28&oh=00_Af{hash}&oe={expiry:08X}"
            );
        }
        // Most pictures of an answer share the session.
        let session = if draw.chance(0.3) {
            session(&mut draw)
        } else {
            self.session.clone()
        };
        // The same in every answer.
        let cached = base64(format!("{:019}", Draw::new(0, address, &[]).bits() >> 1).as_bytes());
        let cached = cached.replace('=', "%3D");
        format!(
            "{address}?stp={STYLE}&efg={ENCODED}&_nc_ht={host}&_nc_cat={category}&_nc_oc={session}&_nc_ohc={ticket}\
             &_nc_gid={group}&edm={edition}&ccb=7-5&ig_cache_key={cached}.3-ccb7-5&oh=00_Af{hash}&oe={expiry:08X}\
             &_nc_sid={service:06x}"
        )
    }
}

/// An address with a signature, which no two answers share.
pub(crate) fn signed(address: &str, signature: &Signature) -> String {
    signature.sign(address)
}

fn session(draw: &mut Draw) -> String {
    format!("Q6sim{}", text(draw, 65))
}

/// So many random characters of six bits each.
fn text(draw: &mut Draw, length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bits = draw.bits();
        for _ in 0..(length - text.len()).min(10) {
            text.push(char::from(DIGITS[(bits & 63) as usize]));
            bits >>= 6;
        }
    }
    text
}

/// Says which video it is and how it was encoded.
fn video(draw: &mut Draw) -> String {
    let text = format!(
        "{{\"vencode_tag\":\"sim.clips.c2.720.baseline\",\"asset_id\":{},\"asset_age_days\":{},\"duration_s\":{},\
         \"bitrate\":{},\"use_case_id\":10099,\"client_name\":\"sim\",\"profile\":\"main.default.vertical.720x1280\",\
         \"urlgen_source\":\"www\",\"is_original\":true,\"legacy_profile\":false,\"variant\":\"standard.quality.progressive\",\
         \"tag\":\"progressive.720.stereo.default\"}}",
        draw.between(1_000_000_000_000_000, 9_999_999_999_999_999),
        draw.below(400),
        draw.below(90),
        draw.between(100_000, 4_000_000),
    );
    base64(text.as_bytes()).replace('=', "%3D")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &str = "https://scontent-sim2-1.cdninstagram.com/v/t51.82787-15/600000000_18000000000000000_5000000000000000000_n.jpg";

    #[test]
    fn a_signature_is_as_long_as_the_upstreams() {
        let signature = Signature::new(1, 1);
        let lengths = [PICTURE, &PICTURE.replace(".jpg", ".mp4")].map(|address| {
            let signed = signature.sign(address);
            assert_eq!(signed.split_once('?').unwrap().0, address);
            assert_eq!(signed.split('?').count(), 2);
            signed.len()
        });
        assert!(
            (520..580).contains(&lengths[0]) && (700..860).contains(&lengths[1]),
            "{lengths:?}"
        );
    }

    #[test]
    fn a_picture_is_signed_alike_in_one_answer_and_in_no_other() {
        let sign = |number| Signature::new(1, number).sign(PICTURE);
        assert_eq!(sign(1), sign(1));
        let (one, other) = (sign(1), sign(2));
        let part = |signed: &str, name: &str| {
            let mut parts = signed.split(['?', '&']).filter_map(|part| part.split_once('='));
            parts.find(|part| part.0 == name).unwrap().1.to_owned()
        };
        for name in ["_nc_ohc", "_nc_oc", "_nc_gid", "oh"] {
            assert_ne!(part(&one, name), part(&other, name), "{name}");
        }
        assert_eq!(part(&one, "ig_cache_key"), part(&other, "ig_cache_key"));
        let second = Signature::new(1, 1).sign(&PICTURE.replace("_n.", "_s."));
        assert_eq!(part(&one, "_nc_gid"), part(&second, "_nc_gid"));
        assert_ne!(part(&one, "oh"), part(&second, "oh"));
    }
}
