//! Makes programs by chance: right ones, as far as can be found before running. What they do is of no account, but
//! each comes to an end: no loop goes on for long, and what nobody ends is a deadlock.

use std::fmt::Write;

/// What is in sight of the program's beginning: one of each primitive, a struct and a few functions.
const PRELUDE: &str = "\
let m = Lock()
let o = Lock()
let r = RLock()
let rw = RwLock()
let s = Semaphore(1)
let bs = BoundedSemaphore(2)
let c = Condition(o)
let e = Event()
let b = Barrier(2)
let l = Latch(2)
let q = Queue(1)
let z = Queue(0)
let lq = LifoQueue()
let pq = PriorityQueue()
let p = Pool(2)
let at = Atomic(0)
let own = Local(0)
struct Point {
  x
  y = 0
  fn sum() { self.x + self.y }
  fn grow(n = 1) { self.x += n; self }
}
fn twice(f, v) { f(f(v)) }
fn down(n) { if n > 0 { down(n - 1) } else { n } }
";

/// Makes one program.
pub struct Maker<'r> {
    random: &'r mut fastrand::Rng,
    out: String,
    /// The names in sight, by block: whether they can be assigned.
    scopes: Vec<Vec<(String, bool)>>,
    names: usize,
    depth: usize,
    /// Whether the innermost function is in a loop of its own.
    in_loop: bool,
    in_function: bool,
    /// How many more statements it may have.
    left: usize,
}

/// A program of up to so many statements.
pub fn program(random: &mut fastrand::Rng, statements: usize) -> String {
    let mut maker = Maker {
        random,
        out: PRELUDE.to_owned(),
        scopes: vec![Vec::new()],
        names: 0,
        depth: 0,
        in_loop: false,
        in_function: false,
        left: statements,
    };
    while maker.left > 0 {
        maker.statement();
    }
    maker.out
}

impl Maker<'_> {
    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.usize(..of.len())]
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.random.u32(..n) == 0
    }

    fn new_name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn declare(&mut self, name: &str, mutable: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_owned(), mutable));
        }
    }

    fn known(&mut self, mutable: bool) -> Option<String> {
        let names: Vec<&String> =
            self.scopes.iter().flatten().filter(|n| n.1 || !mutable).map(|n| &n.0).collect();
        if names.is_empty() { None } else { Some(names[self.random.usize(..names.len())].clone()) }
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.scopes.len() - 1));
    }

    /// A block with these names, from the brace to the brace.
    fn block(&mut self, head: &str, names: &[&str], tail: &str) {
        self.line(&format!("{head} {{"));
        self.inside(names);
        self.line(&format!("}}{tail}"));
    }

    fn inside(&mut self, names: &[&str]) {
        self.scopes.push(names.iter().map(|name| ((*name).to_owned(), false)).collect());
        for _ in 0..self.random.usize(0..4) {
            self.statement();
        }
        if self.one_in(2) {
            let value = self.value();
            self.line(&value);
        }
        self.scopes.pop();
    }

    /// A block of another function, whose names and loops are its own.
    fn function(&mut self, head: &str, names: &[&str], tail: &str) {
        let before = (self.in_loop, self.in_function);
        (self.in_loop, self.in_function) = (false, true);
        self.block(head, names, tail);
        (self.in_loop, self.in_function) = before;
    }

    fn repeated(&mut self, head: &str, names: &[&str]) {
        let before = self.in_loop;
        self.in_loop = true;
        self.block(head, names, "");
        self.in_loop = before;
    }

    fn statement(&mut self) {
        self.left = self.left.saturating_sub(1);
        let nested = self.scopes.len() < 5 && self.left > 0;
        let value = self.value();
        match self.random.u32(0..if nested { 40 } else { 16 }) {
            0..=2 => {
                let (name, mutable) = (self.new_name(), self.random.bool());
                let word = if mutable { "var" } else { "let" };
                self.line(&format!("{word} {name} = {value}"));
                self.declare(&name, mutable);
            }
            3 => {
                let (one, two) = (self.new_name(), self.new_name());
                let other = self.value();
                self.line(&format!("var [{one}, {two}] = [{value}, {other}]"));
                self.declare(&one, true);
                self.declare(&two, true);
            }
            4..=6 => {
                let operator = self.pick(&["=", "=", "+=", "-=", "*=", "/=", "//=", "%="]);
                if let Some(name) = self.known(true) {
                    self.attempted(&format!("{name} {operator} {value}"));
                }
            }
            7 => self.attempted(&format!("print({value})")),
            8 => {
                let other = self.value();
                self.attempted(&format!("assert ({value}) == {other}, \"told {{ {value} }}\""));
            }
            9 if self.in_loop => {
                let word = self.pick(&["break", "continue"]);
                self.line(&format!("if ({value}) == 1 {{ {word} }}"));
            }
            10 if self.in_function => self.line(&format!("if ({value}) == 2 {{ return {value} }}")),
            11 if self.one_in(4) => self.line(&format!("raise {value}")),
            12 | 13 => self.operation(),
            14 => {
                let place =
                    self.pick(&["at.set", "own.set", "print", "lq.close", "pq.len", "e.set"]);
                self.attempted(&format!("{place}({value})"));
            }
            15 => {
                if let (Some(one), Some(two)) = (self.known(true), self.known(true))
                    && one != two
                {
                    self.line(&format!("[{one}, {two}] = [{two}, {one}]"));
                }
            }
            16..=18 => {
                let other = self.value();
                self.block(&format!("if ({value}) == ({other})"), &[], "");
                if self.one_in(2) {
                    self.out.pop();
                    self.block(" else", &[], "");
                }
            }
            19..=21 => {
                let name = self.new_name();
                let over = self.pick(&["0..3", "[1, 2]", "\"añ\"", "({a: 1, b: 2})", "2..=3"]);
                self.repeated(&format!("for {name} in {over}"), &[&name]);
            }
            22 => {
                let (key, item) = (self.new_name(), self.new_name());
                let over = self.pick(&["[nil, true]", "({a: 1, [2]: 3s})"]);
                self.repeated(&format!("for {key}, {item} in {over}"), &[&key, &item]);
            }
            23 => {
                let name = self.new_name();
                self.line(&format!("var {name} = 0"));
                self.declare(&name, true);
                let head = format!("while {name} < 3");
                self.line(&format!("{head} {{"));
                self.line(&format!("  {name} += 1"));
                let before = self.in_loop;
                self.in_loop = true;
                // Nobody else may change it: it would go on.
                let scope = self.scopes.last_mut().and_then(Vec::pop);
                self.inside(&[]);
                if let (Some(last), Some(name)) = (self.scopes.last_mut(), scope) {
                    last.push((name.0, false));
                }
                self.in_loop = before;
                self.line("}");
            }
            24..=26 => {
                let name = self.new_name();
                self.block("try", &[], "");
                self.out.pop();
                let kinds =
                    self.pick(&["", ": TypeError", ": Timeout | ValueError", ": Cancelled", ""]);
                self.block(&format!(" catch {name}{kinds}"), &[&name], "");
                if self.one_in(3) {
                    self.out.pop();
                    self.block(" finally", &[], "");
                }
            }
            27 | 28 => {
                let (name, parameter) = (self.new_name(), self.new_name());
                let before = self.names;
                self.function(
                    &format!("fn {name}({parameter}, other = 1)"),
                    &[&parameter, "other"],
                    "",
                );
                self.names = before.max(self.names);
                self.attempted(&format!("{name}({value})"));
                self.declare(&name, false);
            }
            29 | 30 => {
                let locks = self.pick(&[
                    "m",
                    "m, o",
                    "r",
                    "rw.read",
                    "rw.write",
                    "s",
                    "c",
                    "m within 1ms",
                    "bs, r",
                ]);
                self.block(&format!("lock {locks}"), &[], "");
            }
            31..=35 => self.thread(),
            36 => {
                let limit = self.pick(&["scope", "scope within 2ms", "scope"]);
                self.block(limit, &[], if limit.contains("within") { " else { nil }" } else { "" });
            }
            37 => self.select(),
            _ => {
                let name = self.new_name();
                self.line(&format!(
                    "let {name} = if ({value}) == nil {{ {value} }} else {{ [{value}] }}"
                ));
                self.declare(&name, false);
            }
        }
    }

    /// A statement whose error is caught, now and then.
    fn attempted(&mut self, text: &str) {
        if self.one_in(5) {
            self.line(text);
        } else {
            self.line(&format!("try {{ {text} }} catch wrong {{ wrong.kind }}"));
        }
    }

    fn thread(&mut self) {
        let name = self.new_name();
        let head = self.pick(&[
            "spawn",
            "spawn",
            "spawn \"named\"",
            "spawn daemon",
            "spawn on p",
            "timer 1ms",
            "timer 0s",
        ]);
        self.function(&format!("let {name} = {head}"), &[], "");
        self.declare(&name, false);
        let text = match self.random.u32(0..6) {
            0 => format!("{name}.cancel()"),
            1 => format!("join {name} within 2ms"),
            2 => format!("print({name}.state())"),
            3 => format!("join any [{name}]"),
            4 => format!("print((join [{name}, spawn twice(fn(x) {{ x + 1 }}, 2)]))"),
            _ => format!("join {name}"),
        };
        self.attempted(&text);
    }

    fn operation(&mut self) {
        let value = self.value();
        let limit = self.pick(&["", " within 1ms", " within 0s", " within 2ms else { nil }"]);
        let text = match self.random.u32(0..16) {
            0 => format!("send q, {value}{limit}"),
            1 => format!("send z, {value}{limit}"),
            2 => format!("send pq, {value}"),
            3 => format!("print((recv q{limit}))"),
            4 => format!("print((recv pq{limit}))"),
            5 => format!("acquire s{limit}"),
            6 => "release s".to_owned(),
            7 => format!("wait e{limit}"),
            8 => format!("barrier b{limit}"),
            9 => format!("wait l{limit}"),
            10 => "l.count_down()".to_owned(),
            11 => format!("lock c {{ wait c until at.get() != 0{limit} }}"),
            12 => "lock c { notify all c }".to_owned(),
            13 => format!("acquire m{limit}"),
            14 => "release m".to_owned(),
            _ => "sleep 1ms".to_owned(),
        };
        self.attempted(&text);
    }

    fn select(&mut self) {
        let value = self.value();
        let name = self.new_name();
        self.line("select {");
        self.block(&format!("recv q as {name}"), &[&name.clone()], "");
        if self.one_in(2) {
            self.line(&format!("send z, ({value}) {{ {value} }}"));
        }
        if self.one_in(2) {
            self.block("wait e", &[], "");
        }
        let last = self.pick(&["after 1ms", "else", "after 0s"]);
        self.block(last, &[], "");
        self.line("}");
    }

    /// An expression.
    pub fn value(&mut self) -> String {
        self.depth += 1;
        let leaf = self.depth > 4 || self.one_in(3);
        let text = if leaf { self.leaf() } else { self.compound() };
        self.depth -= 1;
        text
    }

    fn leaf(&mut self) -> String {
        let constant = self.pick(&[
            "nil",
            "true",
            "false",
            "0",
            "1",
            "2",
            "-1",
            "0xff",
            "9223372036854775807",
            "1.5",
            "1e300",
            "-0.0",
            "250ms",
            "1.5s",
            "0s",
            "\"\"",
            "'añ'",
            "r\"\\n\"",
            "[]",
            "{}",
            "\"a\\tb\"",
            "e",
            "q",
            "p",
            "at",
            "Point(1)",
            "fn() { 1 }",
            "twice",
            "down(3)",
            "own.get()",
            "current_thread().name()",
            "threads().len()",
            "(0..3)",
        ]);
        match self.known(false) {
            Some(name) if self.one_in(2) => name,
            _ => constant.to_owned(),
        }
    }

    fn compound(&mut self) -> String {
        let (a, b) = (self.value(), self.value());
        match self.random.u32(0..22) {
            0..=3 => {
                let operator = self.pick(&[
                    "+", "-", "*", "/", "//", "%", "|", "^", "&", "<<", ">>", "+", "-", "*",
                ]);
                format!("({a} {operator} {b})")
            }
            4 | 5 => {
                let operator = self.pick(&["==", "!=", "<", "<=", ">", ">=", "in", "not in"]);
                format!("({a} {operator} {b})")
            }
            6 => format!("({a} and {b})"),
            7 => format!("(not {a} or {b})"),
            8 => format!("[{a}, {b}]"),
            9 => format!("{{a: {a}, \"b c\": {b}}}"),
            10 => format!("(if ({a}) == ({b}) {{ {a} }} else {{ {b} }})"),
            11 => format!("\"<{{ {a} }} {{repr({b}):>8}}>\""),
            12 => format!("({a})[{b}]"),
            13 => format!("[{a}, {b}][-1..]"),
            14 => format!("(try {{ {a} }} catch wrong {{ wrong.message }})"),
            15 => format!("Point({a}, y: {b}).grow()"),
            16 => {
                let function =
                    self.pick(&["len", "str", "type", "repr", "list", "abs", "int", "bool", "sum"]);
                format!("{function}({a})")
            }
            17 => {
                let method = self.pick(&["map", "filter", "sort_by", "any", "all"]);
                let name = self.new_name();
                format!("[{a}, {b}].{method}(fn({name}) {{ {name} == {a} }})")
            }
            18 => format!("twice(fn(x) {{ [x, {a}] }}, {b})"),
            19 => {
                let method = self.pick(&[
                    "len()", "copy()", "keys()", "upper()", "sum()", "x", "grow(2)", "kind",
                ]);
                format!("({a}).{method}")
            }
            20 => format!("(-({a}))"),
            _ => format!("(~({a}))"),
        }
    }
}
