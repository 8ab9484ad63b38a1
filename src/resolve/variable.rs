//! What is known of each variable and each function once names are resolved.

use super::Parameters;
use crate::diagnostics::Report;
use crate::source::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// A variable's number in its [`Resolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VariableId(pub u32);

/// What declared a variable. Only a `var` can be assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// `let`
    Let,
    /// `var`
    Var,
    /// A parameter.
    Parameter,
    /// The variable of a `for`.
    For,
    /// The name in a `catch`.
    Catch,
    /// The name after an `as` in a `select`.
    As,
    /// `fn`
    Function,
    /// `struct`
    Struct,
    /// `import … as`
    Import,
    /// `self`
    Own,
}

impl VariableKind {
    /// What a reader calls it.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            VariableKind::Let => "a `let`",
            VariableKind::Var => "a `var`",
            VariableKind::Parameter => "a parameter",
            VariableKind::For => "the variable of a `for`",
            VariableKind::Catch => "the name of a caught error",
            VariableKind::As => "the name of what was received",
            VariableKind::Function => "a function",
            VariableKind::Struct => "a struct",
            VariableKind::Import => "an import",
            VariableKind::Own => "`self`",
        }
    }
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Box<str>,
    /// Where it is declared.
    pub span: Span,
    /// What declared it.
    pub kind: VariableKind,
    /// The function it belongs to.
    pub owner: u32,
    /// Whether it is declared by the script itself, not in a block.
    pub top: bool,
    /// Whether a function other than its owner uses it.
    pub captured: bool,
    /// The parameters of what it holds, where that is known: a function, a struct, a `let` of a lambda.
    pub parameters: Option<Arc<Parameters>>,
    /// For an import, the number of the imported module.
    pub module: Option<u32>,
}

impl Variable {
    /// Whether all who use it share one place that changes: a cell, or a global.
    #[must_use]
    pub fn is_var(&self) -> bool {
        self.kind == VariableKind::Var
    }
}

/// What a name stands for where it is used or declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Nothing: an error was reported.
    Unknown,
    /// A variable of this script.
    Variable(VariableId),
    /// A name from outside, by its number in [`super::Surroundings`].
    Outer(u32),
}

/// What is known of a function.
#[derive(Clone, Debug, Default)]
pub struct FunctionInfo {
    /// The variables of functions around it that it uses, in the order of their first use.
    pub captures: Vec<VariableId>,
    /// For a local `fn`, its own name: in its body that is the function itself.
    pub own_name: Option<VariableId>,
    /// Whether it, or a function within it, uses that name.
    pub uses_own_name: bool,
    /// The top-level `let`s that it uses.
    pub globals: Vec<VariableId>,
    /// For a method of a local `struct`, or for its maker, the struct's name.
    pub own_struct: Option<VariableId>,
    /// Whether it is a method or a maker: `self` is its first register.
    pub own: Option<VariableId>,
}

/// Where a name from outside the script lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownPlace {
    /// A built-in function, by its number.
    Builtin(u32),
    /// A function of another unit, by the numbers of both.
    Function(u32, u32),
    /// A struct of another unit, by the numbers of both.
    Struct(u32, u32),
    /// A global of the program.
    Global(u32),
    /// A module, by the number of its unit.
    Module(u32),
}

/// A name that a script finds outside of itself: a built-in one, one that an earlier entry of a REPL
/// declared, or one that a module offers to those who import it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its name.
    pub name: Box<str>,
    /// The parameters of what it holds, where that is known.
    pub parameters: Option<Arc<Parameters>>,
    /// Whether it can be assigned.
    pub mutable: bool,
    /// Whether an earlier entry of a prompt declared it: another declaration takes its place.
    pub replaceable: bool,
    /// Where it lives.
    pub place: KnownPlace,
}

/// All that is known about a script's names.
#[derive(Debug, Default)]
pub struct Resolution {
    /// What each name stands for, by the tree's number.
    pub uses: Vec<Use>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// The functions, by the tree's number; 0 is the script itself.
    pub functions: Vec<FunctionInfo>,
    /// The script's own names, in the order of their declaration.
    pub top: HashMap<Box<str>, VariableId>,
    /// What is no error, but is hardly ever meant.
    pub suspicions: Vec<Report>,
}

impl Resolution {
    /// A variable.
    #[must_use]
    pub fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }

    /// What the name with this number stands for.
    #[must_use]
    pub fn lookup(&self, name: u32) -> Use {
        self.uses.get(name as usize).copied().unwrap_or(Use::Unknown)
    }
}
