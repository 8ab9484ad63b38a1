//! The tree that a script's text becomes.
//!
//! Nodes hold spans, so that every later room can point at the text. Names and functions are numbered
//! in the order of the text; `resolve` keeps what it finds out in tables under these numbers and
//! leaves the tree as it is.

use super::format_spec::FormatSpec;
use crate::source::Span;
use std::fmt;

/// A name where it is declared or used.
#[derive(Clone, PartialEq)]
pub struct Ident {
    /// Its text.
    pub name: Box<str>,
    /// Where it stands.
    pub span: Span,
    /// Its number among the names of the script.
    pub id: u32,
}

/// `total#4 at 3..8`
impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{} at {:?}", self.name, self.id, self.span)
    }
}

/// A whole script.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its statements; the span is the whole text.
    pub body: Block,
    /// How many names were numbered.
    pub names: u32,
    /// How many functions were numbered. The script itself is number 0.
    pub functions: u32,
}

/// Statements between braces.
#[derive(Clone, PartialEq)]
pub struct Block {
    /// In order.
    pub statements: Vec<Stmt>,
    /// With the braces.
    pub span: Span,
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.statements.fmt(f)
    }
}

/// A statement.
#[derive(Clone, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// Its kind, and where it stands.
impl fmt::Debug for Stmt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        write!(f, " at {:?}", self.span)
    }
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let x = v`, `var [a, b] = v`
    Let { mutable: bool, target: Target, value: Expr },
    /// `fn name(…) { … }`
    Fn(Function),
    /// `struct Name { … }`
    Struct(Struct),
    /// `import "path" as name`
    Import { path: Box<str>, path_span: Span, alias: Ident },
    /// `while c { … }`
    While { condition: Expr, body: Block },
    /// `loop { … }`
    Loop { body: Block },
    /// `for x in xs { … }`, `for k, v in m { … }`
    For { first: Ident, second: Option<Ident>, over: Expr, body: Block },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return v`
    Return(Option<Expr>),
    /// `raise e`
    Raise(Expr),
    /// `assert c, message`
    Assert { condition: Expr, message: Option<Expr> },
    /// `place = v`, `place += v`
    Assign { place: Expr, operator: Option<BinaryOp>, value: Expr },
    /// `[a, b] = v`
    Swap { places: Vec<Expr>, value: Expr },
    /// An expression for its effect, or for the value of its block.
    Expr(Expr),
}

/// What a `let` gives names to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One name.
    Name(Ident),
    /// The items of a list of exactly that length.
    List(Vec<Ident>, Span),
}

/// A function, a method, a lambda, or the block of a `spawn` or a `timer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its number among the functions of the script.
    pub id: u32,
    /// The name it is declared under.
    pub name: Option<Ident>,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// What it does.
    pub body: Block,
    /// From `fn` to the closing brace; of a spawned block, the block.
    pub span: Span,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Evaluated at each call that does not give it.
    pub default: Option<Expr>,
}

/// `struct Name { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// Its name.
    pub name: Ident,
    /// The number of the function that makes an instance: it evaluates the fields' defaults.
    pub maker: u32,
    /// In order.
    pub fields: Vec<Field>,
    /// In order; each has `self` in sight.
    pub methods: Vec<Function>,
}

/// A field of a `struct`.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name; a keyword may be one.
    pub name: Ident,
    /// Evaluated for each instance that is not given it, with `self` in sight.
    pub default: Option<Expr>,
}

/// An expression.
#[derive(Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    /// How many nodes lie on the longest way down from here.
    pub height: u32,
    /// Whether a block of statements is run within it, by the same function.
    pub has_block: bool,
}

/// Its kind, and where it stands.
impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        write!(f, " at {:?}", self.span)
    }
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `250ms`, in nanoseconds.
    Duration(i64),
    /// A string; one without interpolations has at most one part.
    Str(Vec<StrPart>),
    /// A name.
    Name(Ident),
    /// `self`
    Own(Ident),
    /// `(e)`
    Parenthesis(Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{a: 1, [k]: v}`
    Map(Vec<(MapKey, Expr)>),
    /// `-x`, `not x`
    Unary { operator: UnaryOp, operand: Box<Expr> },
    /// `a + b`, and comparisons.
    Binary { operator: BinaryOp, left: Box<Expr>, right: Box<Expr> },
    /// `a and b`, `a or b`
    Logic { and: bool, left: Box<Expr>, right: Box<Expr> },
    /// `a..b`, `a..=b`
    Range { start: Box<Expr>, end: Box<Expr>, inclusive: bool },
    /// `f(a, b: c)`
    Call(Call),
    /// `xs[i]`
    Index { of: Box<Expr>, index: Box<Expr> },
    /// `xs[a..b]`, `xs[a..]`, `xs[..b]`
    Slice { of: Box<Expr>, start: Option<Box<Expr>>, end: Option<Box<Expr>>, inclusive: bool },
    /// `x.name`
    Field { of: Box<Expr>, name: Box<str>, name_span: Span },
    /// `fn(x) { … }`
    Lambda(Function),
    /// `if c { … } else if d { … } else { … }`
    If { branches: Vec<(Expr, Block)>, otherwise: Option<Block> },
    /// `try { … } catch e: Kind { … } finally { … }`
    Try { body: Block, handlers: Vec<Handler>, finale: Option<Block> },
    /// `lock a, b within d { … } else { … }`
    Lock { targets: Vec<Expr>, limit: Limit, body: Block },
    /// `scope within d { … } else { … }`
    Scope { limit: Limit, body: Block },
    /// `select { … }`
    Select(Vec<Arm>),
    /// `spawn …`
    Spawn(Spawn),
    /// `timer …`
    Timer { every: bool, delay: Box<Expr>, work: Work },
    /// `sleep d`
    Sleep(Box<Expr>),
    /// `join t`, `send q, x`, …
    Operation(Operation),
}

/// A stretch of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    /// Text, its escapes resolved.
    Text(Box<str>),
    /// `{e}`, `{e:spec}`
    Value { value: Expr, spec: Option<FormatSpec> },
}

/// The key of a map's entry.
#[derive(Clone, Debug, PartialEq)]
pub enum MapKey {
    /// A bare word.
    Word(Box<str>, Span),
    /// A string, or `[e]`.
    Value(Expr),
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callee: Box<Expr>,
    /// In order; those with a name come last.
    pub arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The parameter's name, if it is given by name.
    pub name: Option<(Box<str>, Span)>,
    /// Its value.
    pub value: Expr,
}

/// `catch e: Kind | Kind { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// The error's name.
    pub name: Ident,
    /// The kinds it takes; without any, all but `Cancelled` and `Interrupted`.
    pub kinds: Vec<(Box<str>, Span)>,
    /// What it does.
    pub body: Block,
}

/// `within d else { … }`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Limit {
    /// How long to wait.
    pub within: Option<Box<Expr>>,
    /// What to do when the time runs out.
    pub otherwise: Option<Block>,
}

/// What a thread, a task or a timer runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A block.
    Block(Function),
    /// A call, whose callee and arguments are evaluated at once.
    Call(Call, Span),
}

/// `spawn daemon "name" on pool …`
#[derive(Clone, Debug, PartialEq)]
pub struct Spawn {
    /// Whether the program does not wait for it.
    pub daemon: bool,
    /// A string.
    pub name: Option<Box<Expr>>,
    /// The pool whose task it is.
    pub pool: Option<Box<Expr>>,
    /// What it runs.
    pub work: Work,
}

/// An operation on a primitive.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Which.
    pub operator: OperationKind,
    /// What it works on, and what follows a comma.
    pub operands: Vec<Expr>,
    /// `wait c until e`
    pub until: Option<Box<Expr>>,
    /// How long, and what then.
    pub limit: Limit,
}

/// The operations on primitives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// `join a`, `join a, b`
    Join,
    /// `join any list`
    JoinAny,
    /// `acquire s`, `acquire s, n`
    Acquire,
    /// `release s`, `release s, n`
    Release,
    /// `wait e`, `wait c until e`
    Wait,
    /// `notify c`, `notify c, n`
    Notify,
    /// `notify all c`
    NotifyAll,
    /// `barrier b`
    Barrier,
    /// `send q, x`
    Send,
    /// `recv q`
    Recv,
}

impl OperationKind {
    /// The words it is written with.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            OperationKind::Join => "join",
            OperationKind::JoinAny => "join any",
            OperationKind::Acquire => "acquire",
            OperationKind::Release => "release",
            OperationKind::Wait => "wait",
            OperationKind::Notify => "notify",
            OperationKind::NotifyAll => "notify all",
            OperationKind::Barrier => "barrier",
            OperationKind::Send => "send",
            OperationKind::Recv => "recv",
        }
    }
}

/// An arm of a `select`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What it waits for.
    pub on: ArmKind,
    /// What it does then.
    pub body: Block,
    /// From its first word to the closing brace.
    pub span: Span,
}

/// What an arm of a `select` waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum ArmKind {
    /// `recv q as x`
    Recv { queue: Expr, name: Option<Ident> },
    /// `send q, x`
    Send { queue: Expr, value: Expr },
    /// `wait e`
    Wait { on: Expr },
    /// `join t as x`
    Join { thread: Expr, name: Option<Ident> },
    /// `after d`
    After { delay: Expr },
    /// `else`
    Else,
}

/// The operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Negate,
    /// `~x`
    Invert,
    /// `not x`
    Not,
}

impl UnaryOp {
    /// How it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            UnaryOp::Negate => "-",
            UnaryOp::Invert => "~",
            UnaryOp::Not => "not ",
        }
    }
}

/// The operators with two operands, both of which are always evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl BinaryOp {
    /// How it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::FloorDiv => "//",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::BitAnd => "&",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::In => "in",
            BinaryOp::NotIn => "not in",
        }
    }

    /// Whether it compares.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        use BinaryOp::{Eq, Ge, Gt, In, Le, Lt, Ne, NotIn};
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge | In | NotIn)
    }
}

impl Expr {
    /// The expression without the parentheses round it.
    #[must_use]
    pub fn bare(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Parenthesis(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }
}
