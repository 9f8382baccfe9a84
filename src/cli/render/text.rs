//! Text about the program itself: a paragraph, a list of words with what they mean, and another paragraph.

use std::io;

use super::{Screen, USUAL_WIDTH, print, table};

/// The longest line that is read with ease.
const READABLE: u16 = 100;

/// A page of help.
pub struct Text {
    /// A paragraph.
    pub before: String,
    /// Words, and what each of them means.
    pub pairs: Vec<(String, String)>,
    /// Another paragraph, or nothing.
    pub after: String,
}

impl Screen {
    /// Prints a page on stdout.
    ///
    /// # Errors
    /// That stdout does not take it.
    pub fn text(&self, text: &Text) -> io::Result<()> {
        let width = self.out.width.unwrap_or(USUAL_WIDTH).min(READABLE);
        let paragraph = |said: &str| table::paragraph(said, self.out, width);
        let words: Vec<&str> = text.pairs.iter().map(|(word, _)| word.as_str()).collect();
        let meanings: Vec<String> = text.pairs.iter().map(|(_, meaning)| meaning.clone()).collect();
        print(&paragraph(&text.before))?;
        print(&format!("\n{}", table::as_record(&words, &meanings, self.out, width)))?;
        if text.after.is_empty() { Ok(()) } else { print(&format!("\n{}", paragraph(&text.after))) }
    }
}
