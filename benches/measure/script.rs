//! A script as long as one wants, with a bit of everything: for measuring how scripts are read.

use std::fmt::Write;

/// A script of so many lines, rounded up to whole parts of ten.
pub fn lines(count: u64) -> String {
    let mut text = String::new();
    for i in 0..count.div_ceil(10) {
        let _ = write!(
            text,
            r#"# Part {i} of the script.
fn work_{i}(n, step = 2) {{
  var sum = 0
  for i in 0..n {{
    if i % step == 0 and i > 3 {{ sum += i * step - 1 }} else {{ sum -= [i, n][0] }}
  }}
  let label = "work {{n}} of {{step:>4}}"
  {{name: label, "sum": sum, done: true}}
}}
let thread_{i} = spawn "worker-{i}" work_{i}({i}, step: 3)
"#
        );
    }
    text
}
