//! From bytes to code points, as Python decodes a JSON body (`json.detect_encoding`, error handler `surrogatepass`):
//! a byte-order mark or the place of the first zero bytes tells UTF-16 and UTF-32, all else is UTF-8, and surrogates
//! are let through, for whoever reads the strings to judge.

/// The code points of a body, without its byte-order mark; `None` where it breaks the rules of its encoding.
pub fn code_points(body: &[u8]) -> Option<Vec<u32>> {
    match body {
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, u32::from_be_bytes),
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0, 0, _, _, ..] => utf32(body, u32::from_be_bytes),
        [_, 0, 0, 0, ..] => utf32(body, u32::from_le_bytes),
        [0, _, _, _, ..] | [0, _] => utf16(body, u16::from_be_bytes),
        [_, 0, _, _, ..] | [_, 0] => utf16(body, u16::from_le_bytes),
        _ => utf8(body),
    }
}

fn utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> Option<Vec<u32>> {
    let (units, rest) = bytes.as_chunks();
    let points: Option<Vec<u32>> =
        units.iter().map(|unit| Some(read(*unit)).filter(|point| *point < 0x11_0000)).collect();
    points.filter(|_| rest.is_empty())
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<Vec<u32>> {
    let (units, rest) = bytes.as_chunks();
    let points = char::decode_utf16(units.iter().map(|unit| read(*unit)));
    let points = points.map(|point| point.map_or_else(|lone| lone.unpaired_surrogate().into(), u32::from)).collect();
    Some(points).filter(|_| rest.is_empty())
}

fn utf8(mut bytes: &[u8]) -> Option<Vec<u32>> {
    let mut points = Vec::with_capacity(bytes.len());
    loop {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => {
                points.extend(text.chars().map(u32::from));
                return Some(points);
            }
            Err(fault) => fault.valid_up_to(),
        };
        let (text, rest) = bytes.split_at(valid);
        points.extend(std::str::from_utf8(text).ok()?.chars().map(u32::from));
        let [0xed, middle @ 0xa0..=0xbf, last @ 0x80..=0xbf, after @ ..] = rest else { return None };
        points.push(0xd000 | (u32::from(middle & 0x3f) << 6) | u32::from(last & 0x3f));
        bytes = after;
    }
}
