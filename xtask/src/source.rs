//! Rust source cut into code and comments, line by line: as much of a lexer as the house rules
//! need.

/// One line: its code with the insides of literals blanked out, and the text of its comments.
#[derive(Debug, Default, PartialEq)]
pub struct Line {
    pub code: String,
    pub comment: String,
}

/// Cuts `source` into lines of code and comment.
pub fn lines(source: &str) -> Vec<Line> {
    let chars: Vec<char> = source.chars().collect();
    let mut cutter = Cutter { chars: &chars, at: 0, lines: vec![Line::default()] };
    while cutter.step() {}
    cutter.lines
}

/// Whether `code` contains `word` as a whole identifier.
pub fn has_word(code: &str, word: &str) -> bool {
    words(code).any(|found| found == word)
}

/// The identifiers and keywords in `code`.
pub fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Cutter<'a> {
    chars: &'a [char],
    at: usize,
    lines: Vec<Line>,
}

impl Cutter<'_> {
    /// Consumes one lexical thing; false at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.peek(0) else { return false };
        match (c, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            _ if is_word(c) => self.word(),
            _ => self.take_code(),
        }
        true
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn line(&mut self) -> &mut Line {
        self.lines.last_mut().expect("there is always a line")
    }

    /// Moves one character on, which goes to the code unless it ends the line.
    fn take_code(&mut self) {
        if let Some(c) = self.advance() {
            self.line().code.push(c);
        }
    }

    /// Moves one character on and returns it; starts a line, and returns nothing, at a line break.
    fn advance(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.lines.push(Line::default());
            return None;
        }
        Some(c)
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.take_comment();
        }
    }

    fn take_comment(&mut self) {
        if let Some(c) = self.advance() {
            self.line().comment.push(c);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.take_comment();
                    continue;
                }
            }
            self.take_comment();
            self.take_comment();
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.take_code();
        while let Some(c) = self.peek(0) {
            match c {
                '"' => return self.take_code(),
                '\\' => {
                    self.advance();
                    self.advance();
                }
                _ => {
                    self.advance();
                }
            }
        }
    }

    /// A character literal or the tick of a lifetime.
    fn quote(&mut self) {
        let is_literal = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.take_code();
        if !is_literal {
            return;
        }
        if self.peek(0) == Some('\\') {
            self.advance();
        }
        self.advance();
        while self.peek(0).is_some_and(|c| c != '\'') {
            self.advance();
        }
        self.take_code();
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.take_code();
        }
        let word: String = self.chars[start..self.at].iter().collect();
        if matches!(&word[..], "r" | "br" | "cr") {
            self.raw_string();
        }
    }

    /// What follows `r`: a raw string, or the name in `r#name`, or nothing special.
    fn raw_string(&mut self) {
        let hashes = (0..).take_while(|&ahead| self.peek(ahead) == Some('#')).count();
        if self.peek(hashes) != Some('"') {
            return;
        }
        for _ in 0..=hashes {
            self.take_code();
        }
        while let Some(c) = self.peek(0) {
            if c == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                for _ in 0..=hashes {
                    self.take_code();
                }
                return;
            }
            self.advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        lines(source).iter().map(|line| &line.code[..]).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn comments_are_split_off() {
        let found = lines("let a = 1; // one\n/* two\n/* three */ */ let b;\n");
        assert_eq!(found[0], Line { code: "let a = 1; ".into(), comment: "// one".into() });
        assert_eq!(found[1], Line { code: "".into(), comment: "/* two".into() });
        assert_eq!(found[2], Line { code: " let b;".into(), comment: "/* three */ */".into() });
    }

    #[test]
    fn the_insides_of_strings_are_blanked() {
        assert_eq!(code(r#"f("// no", 'x', b"\"", '\'', '"')"#), r#"f("", '', b"", '', '')"#);
        assert_eq!(code("r#\"a \" // b\"# + r\"c\""), "r#\"\"# + r\"\"");
        assert_eq!(code("\"two\nlines\" end"), "\"\n\" end");
    }

    #[test]
    fn lifetimes_and_raw_names_are_not_literals() {
        assert_eq!(
            code("fn f<'a>(r#type: &'a str) -> &'a str"),
            "fn f<'a>(r#type: &'a str) -> &'a str"
        );
        assert_eq!(code("'\\u{1F600}' 'l: loop"), "'' 'l: loop");
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("Mutex::new()", "Mutex"));
        assert!(!has_word("FastMutex::new()", "Mutex"));
    }
}
