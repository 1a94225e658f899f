//! What the programs have in common: their words, and what they print.

/// The words of the command line.
pub fn words() -> impl Iterator<Item = String> {
    std::env::args().skip(1)
}

/// The last line of each program.
pub fn show(distinct: usize, first: Option<u64>) {
    println!("{distinct} different words, the first of them {first:?} times");
}
