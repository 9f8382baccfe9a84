//! `Accept` (RFC 9110, section 12.5.1), read for the one choice there is: the form of an error.

use axum::http::{HeaderMap, header};

/// In which form the errors of a request are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The original's: `{"detail":…}` as `application/json`.
    Original,
    /// `application/problem+json` (RFC 9457).
    Problem,
}

impl Form {
    /// The media type of a body in this form.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Original => "application/json",
            Self::Problem => "application/problem+json",
        }
    }

    /// The form that a request prefers. Where it likes both the same, or its `Accept` is none, it gets the original's.
    pub fn preferred(headers: &HeaderMap) -> Self {
        // RFC 9110, section 5.3: several lines of a field are one list.
        let mut lines = headers.get_all(header::ACCEPT).iter().map(|line| line.to_str().ok());
        match lines.try_fold(Qualities::default(), |qualities, line| qualities.and(line?)) {
            Some(Qualities { json, problem }) if problem.thousandths > json.thousandths => Self::Problem,
            _ => Self::Original,
        }
    }
}

/// How much both forms are liked.
#[derive(Clone, Copy, Default)]
struct Qualities {
    json: Quality,
    problem: Quality,
}

impl Qualities {
    /// With what one more line of the header says; `None` where it breaks the grammar.
    fn and(mut self, line: &str) -> Option<Self> {
        for range in split(line, ',') {
            let Range { kind, subtype, thousandths } = Range::read(range)?;
            let specificity = match (kind, subtype) {
                ("*", "*") => 1,
                ("*", _) => return None,
                (_, "*") => 2,
                _ => 3,
            };
            let covers = |form: &str| {
                (kind == "*" || kind.eq_ignore_ascii_case("application"))
                    && (subtype == "*" || subtype.eq_ignore_ascii_case(form))
            };
            let said = Quality { specificity, thousandths };
            if covers("json") {
                self.json = self.json.max(said);
            }
            if covers("problem+json") {
                self.problem = self.problem.max(said);
            }
        }
        Some(self)
    }
}

/// How much a media type is liked, by the most specific range that it is in. Compared by the fields in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Quality {
    specificity: u8,
    thousandths: u16,
}

/// One media range. Its parameters are read past, all but the weight: they make no other type of JSON.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    thousandths: u16,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = split(text, ';');
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut thousandths = 1000;
        for part in parts {
            let (name, value) = part.split_once('=')?;
            if !is_token(name) || !(is_token(value) || is_quoted(value)) {
                return None;
            }
            if name.eq_ignore_ascii_case("q") {
                thousandths = read_weight(value)?;
            }
        }
        (is_token(kind) && is_token(subtype)).then_some(Self { kind, subtype, thousandths })
    }
}

/// A weight (RFC 9110, section 12.4.2) in thousandths: from `0` to `1`, with at most three decimals.
fn read_weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits = whole.bytes().chain(decimals.bytes()).chain(std::iter::repeat(b'0')).take(4);
    let thousandths = digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    (thousandths <= 1000).then_some(thousandths)
}

/// The parts between separators that stand in no quoted string, without the blank ones, which a list may have.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(move |c| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_quoted,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        c == separator && !is_quoted
    });
    parts.map(str::trim_ascii).filter(|part| !part.is_empty())
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// RFC 9110, section 5.6.4.
fn is_quoted(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return false };
    let mut is_escaped = false;
    for c in inside.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !is_escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(lines: &[&str]) -> Form {
        let lines = lines.iter().map(|line| (header::ACCEPT, line.parse().unwrap()));
        Form::preferred(&lines.collect())
    }

    #[test]
    fn a_problem_is_told_to_who_likes_it_better() {
        for accept in [
            "application/problem+json",
            "APPLICATION/Problem+JSON;Q=0.001",
            "application/problem+json, application/json;q=0.9",
            "application/json;q=0.899, */*;q=0.9",
            "application/*, application/json;q=0",
            "text/html, application/problem+json;q=0.2, */*;q=0.1",
            "application/problem+json;profile=\"a,b;q=0\" , application/json; q=0.5",
            ", ,application/problem+json;;charset=utf-8;q=1.000",
        ] {
            assert_eq!(preferred(&[accept]), Form::Problem, "{accept}");
        }
        assert_eq!(preferred(&["application/json;q=0.5", "application/problem+json"]), Form::Problem);
    }

    #[test]
    fn everybody_else_gets_the_form_of_the_original() {
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "text/html",
            "application/json, application/problem+json",
            "application/problem+json;q=0.5, application/json;q=0.5, */*;q=0.9",
            "application/problem+json;q=0",
            "application/problem+json;q=0.1, */*;q=0.2",
            "application/problem+xml, application/*+json",
        ] {
            assert_eq!(preferred(&[accept]), Form::Original, "{accept}");
        }
        assert_eq!(preferred(&[]), Form::Original);
    }

    #[test]
    fn an_accept_that_breaks_the_grammar_says_nothing() {
        for broken in [
            "application",
            "json, application/problem+json",
            "*/problem+json",
            "application/",
            "/problem+json",
            "application/problem+json/x",
            "application/problem+json;q",
            "application/problem+json;q=",
            "application/problem+json;q=1.5",
            "application/problem+json;q=2",
            "application/problem+json;q=-1",
            "application/problem+json;q=0.5000",
            "application/problem+json;q=.5",
            "application/problem+json;q=\"1\"",
            "application/problem+json;x=\"",
            "application/problem+json;x=\"a\\\"",
            "application/problem+json x",
            "application/problem+json;q = 1",
        ] {
            assert_eq!(preferred(&[broken]), Form::Original, "{broken}");
        }
        assert_eq!(preferred(&["application/problem+json", "q=1"]), Form::Original);
    }
}
