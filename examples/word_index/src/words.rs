//! Text to identifiers.

/// The identifiers of a text in order: the longest runs of ASCII letters, digits and `_` that do
/// not begin with a digit.
///
/// So `0xff` and `1u32` are numbers and hold no identifier, and a letter outside of ASCII parts two
/// words.
pub struct Words<'text> {
    text: &'text str,
    /// The byte where the search for the next word begins; never inside a run.
    next: usize,
}

impl<'text> Words<'text> {
    pub fn new(text: &'text str) -> Self {
        Self { text, next: 0 }
    }
}

impl<'text> Iterator for Words<'text> {
    type Item = &'text str;

    fn next(&mut self) -> Option<&'text str> {
        let bytes = self.text.as_bytes();
        loop {
            let begin = self.next + bytes[self.next..].iter().position(|&byte| is_word(byte))?;
            let rest = &bytes[begin..];
            let end = begin + rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
            self.next = end;
            if !rest[0].is_ascii_digit() {
                return Some(&self.text[begin..end]);
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
