//! Whether the symbols are right, found out by one thread with std's map.

use std::collections::HashMap;

use crate::Numbered;
use crate::interner::{Interner, Symbol};
use crate::texts::words;

/// Checks what the threads made of the texts, and then the maps themselves; what is wrong, in
/// words.
pub fn verify(
    interner: Interner,
    texts: &[String],
    results: &[Vec<Numbered>],
) -> Result<(), String> {
    let (first, others) = results.split_first().expect("there is a thread");
    if let Some(other) = others.iter().position(|other| other != first) {
        return Err(format!("thread {} has other symbols than thread 0", other + 1));
    }
    let known = there_and_back(&interner, texts, first)?;
    let (mut symbols, mut strings) = interner.into_parts();
    if symbols.len() != known || strings.len() != known {
        let (there, back) = (symbols.len(), strings.len());
        return Err(format!("{known} words have {there} symbols, of which {back} lead back"));
    }
    symbols.validate().and_then(|()| strings.validate()).map_err(|violation| violation.to_string())
}

/// Each word has one symbol, which leads back to the word. Returns the number of different words.
fn there_and_back(
    interner: &Interner,
    texts: &[String],
    numbered: &[Numbered],
) -> Result<usize, String> {
    let guard = evacmap::pin();
    let mut known: HashMap<&str, Symbol> = HashMap::new();
    for (text, symbols) in texts.iter().zip(numbered) {
        if words(text).count() != symbols.len() {
            return Err("a text has not as many symbols as words".to_owned());
        }
        for (word, &symbol) in words(text).zip(symbols) {
            let before = *known.entry(word).or_insert(symbol);
            if before != symbol {
                return Err(format!("`{word}` is {before:?} and {symbol:?}"));
            }
            if interner.resolve(symbol, &guard) != Some(word) {
                return Err(format!(
                    "{symbol:?} is `{word}`, but leads to {:?}",
                    interner.resolve(symbol, &guard)
                ));
            }
        }
    }
    Ok(known.len())
}
