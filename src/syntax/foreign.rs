//! What to say about words and marks that other languages write where conc has others.

/// About a statement that begins with a word of another language.
pub fn first_word(first: &str) -> Option<&'static str> {
    Some(match first {
        "def" | "func" | "function" | "fun" => "a function is written `fn name(x) { … }`",
        "class" => "a class is written `struct Name { … }`",
        "elif" | "elsif" | "elseif" => "write `else if c { … }`",
        "except" => "an error is caught by `try { … } catch e { … }`",
        "with" => "a lock is held by `lock m { … }`",
        "const" | "auto" | "val" => "write `let`, or `var` for what is assigned later",
        "from" => "write `import \"path.conc\" as name`",
        "async" | "go" | "thread" => "a thread is started by `spawn f(x)` or `spawn { … }`",
        "await" => "a thread's result is got by `join t`",
        "global" | "nonlocal" => "a function sees the variables around it: leave this out",
        "foreach" => "write `for x in xs { … }`",
        "unless" => "write `if not c { … }`",
        "until" => "write `while not c { … }`",
        "synchronized" => "write `lock m { … }`",
        "throw" => "write `raise \"text\"`",
        "switch" | "match" => "write `if … { } else if … { }`",
        "del" | "delete" => "write `xs.remove_at(i)` or `m.remove(k)`",
        "do" => "write `loop { … if c { break } }`",
        "within" => "write `scope within 1s { … } else { … }`",
        "lambda" => "write `fn(x) { … }`",
        "public" | "private" | "static" | "export" => {
            "every name at the top of a file can be used by others: leave this out"
        }
        "puts" | "echo" | "println" | "printf" => "write `print(x)`",
        "new" => "an instance is made by calling its type: leave `new` out",
        "defer" => "write `try { … } finally { … }`",
        _ => return None,
    })
}

/// About a word in the middle of a statement: the one that was not expected, or the one before it.
pub fn inner_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "elif" | "elsif" | "elseif" => "write `else if c { … }`",
        "except" | "rescue" => "an error is caught by `try { … } catch e { … }`",
        "ensure" => "write `finally { … }`",
        "then" | "do" | "begin" => "a block is written `{ … }`",
        "is" => "`==` compares",
        "timeout" => "a time limit is written `within 1s`",
        "lambda" => "write `fn(x) { … }`",
        "extends" | "implements" => "there is no inheritance: hold the other in a field",
        "new" => "an instance is made by calling its type: leave `new` out",
        "await" => "a thread's result is got by `join t`",
        _ => return None,
    })
}
