//! Scripts changed by chance: bytes, pieces and tokens of them, and of two of them; much nesting; huge literals.

/// Pieces that a script is made of.
const PIECES: [&str; 64] = [
    "let ",
    "var ",
    "fn f(a, b = 1) {",
    "struct S {",
    "if ",
    " else ",
    "while ",
    "loop {",
    "for x in ",
    "break",
    "continue",
    "return ",
    "and ",
    "or ",
    "not ",
    "true",
    "nil",
    "try {",
    "} catch e {",
    "} finally {",
    "raise ",
    "assert ",
    "self.",
    "spawn ",
    "daemon ",
    "on p ",
    "join ",
    "any ",
    "lock m {",
    "acquire ",
    "release ",
    "wait ",
    "until ",
    "within 1ms ",
    "notify all ",
    "barrier ",
    "timer 1ms {",
    "every ",
    "sleep 1ms",
    "send q, ",
    "recv q ",
    "scope {",
    "select {",
    "after 1s {",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "{x:>8}",
    "..",
    "**",
    "\n",
    ";",
    ", ",
    ": ",
    "-1",
    "9223372036854775807",
    "1e308",
    "0xffff_ffff",
    "\u{FEFF}",
];

/// One script, changed a few times.
pub fn mutated(random: &mut fastrand::Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    if random.u8(0..40) == 0 {
        return (0..random.usize(0..200)).map(|_| random.u8(..)).collect();
    }
    let mut script = corpus[random.usize(..corpus.len())].clone();
    for _ in 0..random.usize(1..5) {
        mutate(random, &mut script, corpus);
    }
    script.truncate(20_000);
    script
}

fn mutate(random: &mut fastrand::Rng, script: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let len = script.len();
    let at = random.usize(..=len);
    let span = at..len.min(at + random.usize(0..40));
    match random.u8(0..12) {
        0 => span.for_each(|i| script[i] ^= 1 << random.u8(0..8)),
        1 => script.truncate(at),
        2 => drop(script.drain(span)),
        3 => {
            let piece = PIECES[random.usize(..PIECES.len())];
            drop(script.splice(at..at, piece.bytes()));
        }
        4 => {
            let other = &corpus[random.usize(..corpus.len())];
            let from = random.usize(..=other.len());
            drop(script.splice(at.., other[from..].iter().copied()));
        }
        5 => {
            let other = &corpus[random.usize(..corpus.len())];
            let from = random.usize(..=other.len());
            let to = other.len().min(from + random.usize(0..80));
            drop(script.splice(span, other[from..to].iter().copied()));
        }
        6 => {
            let copy = script[span].to_vec();
            drop(script.splice(at..at, copy.repeat(random.usize(1..5))));
        }
        7 => nest(random, script, at),
        8 => {
            let digits = random.usize(1..400);
            let tail = ["", ".5", "ms", "e9", "..", "h"][random.usize(..6)];
            let number: String = (0..digits).map(|_| random.digit(10)).collect();
            drop(script.splice(at..at, (number + tail).into_bytes()));
        }
        9 => swap_words(random, script),
        10 => {
            // A line elsewhere.
            let lines: Vec<&[u8]> = script.split(|byte| *byte == b'\n').collect();
            let (one, two) = (random.usize(..lines.len()), random.usize(..lines.len()));
            let mut lines: Vec<Vec<u8>> = lines.into_iter().map(<[u8]>::to_vec).collect();
            if random.bool() {
                lines.swap(one, two)
            } else {
                lines[one] = lines[two].clone()
            }
            *script = lines.join(&b'\n');
        }
        _ => {
            let bytes: Vec<u8> = (0..random.usize(1..8)).map(|_| random.u8(..)).collect();
            drop(script.splice(span, bytes));
        }
    }
}

fn nest(random: &mut fastrand::Rng, script: &mut Vec<u8>, at: usize) {
    let (open, close) = [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("fn() { ", " }"),
        ("\"{", "}\""),
        ("-", ""),
        ("not ", ""),
        ("if a { ", " }"),
        ("lock m { ", " }"),
        ("try { ", " } catch e { }"),
        ("f(", ")"),
        ("x[", "]"),
        ("1 + ", ""),
        ("2 ** ", ""),
        ("scope { ", " }"),
        ("spawn { ", " }"),
        ("a.b", ""),
        ("else if x { ", "}"),
    ][random.usize(..18)];
    let times = [3, 20, 200, 600][random.usize(..4)];
    let closed = if random.u8(0..3) == 0 { random.usize(..=times) } else { times };
    let text = format!("{}1{}", open.repeat(times), close.repeat(closed));
    drop(script.splice(at..at, text.into_bytes()));
}

/// Two words of the script in each other's place.
fn swap_words(random: &mut fastrand::Rng, script: &mut Vec<u8>) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut words = Vec::new();
    let mut start = 0;
    for (at, byte) in script.iter().enumerate() {
        if !is_word(*byte) {
            if start < at {
                words.push(start..at);
            }
            start = at + 1;
        }
    }
    if words.len() < 2 {
        return;
    }
    let (one, two) = (random.usize(..words.len()), random.usize(..words.len()));
    let (one, two) = (words[one.min(two)].clone(), words[one.max(two)].clone());
    let (first, second) = (script[one.clone()].to_vec(), script[two.clone()].to_vec());
    if one != two {
        drop(script.splice(two, first));
    }
    drop(script.splice(one, second));
}
