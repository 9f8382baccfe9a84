//! `text/event-stream`, taken apart (WHATWG HTML, section 9.2.6).

use std::mem;

/// No event of a service is nearly as long.
const LENGTH_MAX: usize = 1 << 20;

/// An event as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `message` where the stream gives it no name.
    pub event: String,
    /// Its lines, with `\n` between them.
    pub data: String,
}

/// An event that does not end within a megabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// A stream so far. The fields `id` and `retry` are for clients that ask for what they missed, and are left out.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    event: String,
    data: String,
    /// A line has ended: what comes is not the stream's beginning, where there may be a byte order mark.
    has_begun: bool,
    /// The last byte was a CR: a LF after it belongs to the same line end.
    is_after_cr: bool,
}

impl Parser {
    /// Takes the next bytes, however the stream was cut, and returns the events that they complete.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLong> {
        let mut messages = Vec::new();
        for byte in bytes {
            let is_after_cr = mem::replace(&mut self.is_after_cr, *byte == b'\r');
            match byte {
                b'\n' if is_after_cr => {}
                b'\n' | b'\r' => messages.extend(self.end_line()),
                _ if self.line.len() + self.data.len() >= LENGTH_MAX => return Err(TooLong),
                _ => self.line.push(*byte),
            }
        }
        Ok(messages)
    }

    fn end_line(&mut self) -> Option<Message> {
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = !mem::replace(&mut self.has_begun, true);
        let line = if is_first { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            // Others have no meaning; an empty name is that of a comment.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Message> {
        let event = mem::take(&mut self.event);
        let mut data = mem::take(&mut self.data);
        // Without a line of data nothing happened, whatever the name.
        data.pop()?;
        Some(Message { event: if event.is_empty() { "message".into() } else { event }, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a stream says, fed in pieces of that length.
    fn cut(stream: &[u8], length: usize) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        let messages = stream.chunks(length).flat_map(|piece| parser.feed(piece).unwrap());
        messages.map(|message| (message.event, message.data)).collect()
    }

    #[track_caller]
    fn says(stream: &str, expected: &[(&str, &str)]) {
        for length in 1..=stream.len().max(1) {
            let said = cut(stream.as_bytes(), length);
            let said: Vec<(&str, &str)> = said.iter().map(|(event, data)| (event.as_str(), data.as_str())).collect();
            assert_eq!(said, expected, "{stream:?} in pieces of {length}");
        }
    }

    #[test]
    fn an_event_has_a_name_and_lines_of_data() {
        says("event: hit\ndata: {}\n\n", &[("hit", "{}")]);
        says("data: a\ndata: b\n\ndata:c\n\n", &[("message", "a\nb"), ("message", "c")]);
        says("event: a\nevent: b\ndata: 1\n\ndata: 2\n\n", &[("b", "1"), ("message", "2")]);
    }

    #[test]
    fn a_line_ends_with_any_of_three_ends() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = ["event: a", "data: 1", "", "data: 2", "data: 3", "", ""].join(end);
            says(&stream, &[("a", "1"), ("message", "2\n3")]);
        }
        says("data: 1\r\n\r\r\ndata: 2\n\r\n", &[("message", "1"), ("message", "2")]);
    }

    #[test]
    fn comments_and_unknown_fields_say_nothing() {
        says(":\n\n: hello\ndata: 1\n:data: 2\nid: 7\nretry: 10\nnonsense\n\n", &[("message", "1")]);
    }

    #[test]
    fn one_space_after_the_colon_is_not_of_the_value() {
        says(
            "data:  a \n\ndata\n\ndata:\n\ndata:a:b\n\n",
            &[("message", " a "), ("message", ""), ("message", ""), ("message", "a:b")],
        );
        says("data\ndata\n\n", &[("message", "\n")]);
    }

    #[test]
    fn a_byte_order_mark_is_left_out_at_the_beginning_only() {
        says("\u{feff}data: 1\n\n\u{feff}data: 2\n\n", &[("message", "1")]);
        says("\u{feff}\ndata: 1\n\n", &[("message", "1")]);
    }

    #[test]
    fn an_event_without_data_or_without_an_end_is_none() {
        says("event: hit\n\ndata: 1\n\n", &[("message", "1")]);
        says("data: 1\n", &[]);
        says("data: 1\n\ndata: 2", &[("message", "1")]);
        says("", &[]);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_end_the_stream() {
        let said = cut(b"data: \xff\xfe\n\ndata: 2\n\n", 3);
        assert_eq!(said, [("message".into(), "\u{fffd}\u{fffd}".into()), ("message".into(), "2".into())]);
    }

    #[test]
    fn an_event_without_end_is_refused_before_it_fills_the_memory() {
        let mut parser = Parser::default();
        let line = [b"data: ".as_slice(), &[b'x'; 1000], b"\n"].concat();
        let fed = (0..2000).map(|_| parser.feed(&line)).find(Result::is_err);
        assert_eq!(fed, Some(Err(TooLong)));
        assert_eq!(Parser::default().feed(&vec![b'x'; LENGTH_MAX + 1]), Err(TooLong));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_stream_is_cut(stream in "(event|data|id|:| |a|\r|\n|\u{feff}){0,60}", length in 1..9_usize) {
            prop_assert_eq!(cut(stream.as_bytes(), length), cut(stream.as_bytes(), usize::MAX));
        }
    }
}
