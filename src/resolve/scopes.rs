//! Scopes: who sees which name, where.

use super::variable::{
    FunctionInfo, Known, KnownPlace, Resolution, Use, Variable, VariableId, VariableKind,
};
use super::{Parameters, hints};
use crate::diagnostics::{Code, Report, nearest};
use crate::source::{Source, Span};
use crate::syntax::ast::{Ident, Script, StmtKind, Struct, Target};
use std::collections::HashMap;
use std::sync::Arc;

/// What a script finds around it.
pub struct Surroundings<'a> {
    /// Later ones hide earlier ones.
    pub outer: &'a [Known],
    /// For each `import` of the script, in order: the module's number, if it was found.
    pub imports: &'a [Option<u32>],
    /// What the modules offer, by number.
    pub exports: &'a dyn Fn(u32) -> &'a [Known],
}

/// Resolves the names of `script`.
///
/// # Errors
///
/// All that is wrong with names and calls, in the order of the text; each mistake is told once.
pub fn resolve<'a>(
    source: &'a Arc<Source>,
    script: &'a Script,
    around: &'a Surroundings<'a>,
) -> Result<Resolution, Vec<Report>> {
    let mut outer = HashMap::new();
    for (i, name) in around.outer.iter().enumerate() {
        outer.insert(&*name.name, i as u32);
    }
    let mut resolver = Resolver {
        source,
        around,
        outer,
        found: Resolution {
            uses: vec![Use::Unknown; script.names as usize],
            functions: vec![FunctionInfo::default(); script.functions as usize],
            ..Resolution::default()
        },
        scopes: Vec::new(),
        functions: vec![0],
        loops: vec![0],
        imports_seen: 0,
        structs: Vec::new(),
        reports: Vec::new(),
        told: Vec::new(),
    };
    resolver.script(script);
    if resolver.reports.is_empty() {
        return Ok(resolver.found);
    }
    let mut reports = resolver.reports;
    reports.sort_by_key(|report| report.labels.first().map_or(0, |label| label.place.span.start));
    Err(reports)
}

/// A block's names.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// Those declared so far.
    names: HashMap<&'a str, VariableId>,
    /// Those that it declares further down.
    later: HashMap<&'a str, VariableId>,
    /// Those whose `let` is being read: on its right side they are not in sight.
    being_set: Vec<&'a str>,
    /// The function whose block it is.
    function: u32,
    /// Whether it is the script's own.
    top: bool,
}

pub(super) struct Resolver<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) around: &'a Surroundings<'a>,
    outer: HashMap<&'a str, u32>,
    pub(super) found: Resolution,
    scopes: Vec<Scope<'a>>,
    /// The functions we are in, outermost first.
    functions: Vec<u32>,
    /// For each of them, how many loops we are in.
    pub(super) loops: Vec<usize>,
    pub(super) imports_seen: usize,
    /// The structs whose methods we are in, outermost first.
    pub(super) structs: Vec<&'a Struct>,
    reports: Vec<Report>,
    /// Unknown names that were reported: once is enough.
    told: Vec<Box<str>>,
}

impl<'a> Resolver<'a> {
    fn script(&mut self, script: &'a Script) {
        self.open_scope(true);
        self.announce(&script.body.statements);
        // Top-level functions and structs are in sight above their definition.
        self.statements(&script.body.statements);
        let scope = self.scopes.pop().unwrap_or_default();
        self.found.top = scope.names.iter().map(|(name, id)| ((*name).into(), *id)).collect();
    }

    pub(super) fn report(&mut self, report: Report) {
        self.reports.push(report);
    }

    pub(super) fn function(&self) -> u32 {
        self.functions.last().copied().unwrap_or(0)
    }

    // ---- Scopes ------------------------------------------------------------------------------

    pub(super) fn open_scope(&mut self, top: bool) {
        let function = self.function();
        self.scopes.push(Scope { function, top, ..Scope::default() });
    }

    pub(super) fn close_scope(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn enter_function(&mut self, id: u32) {
        self.functions.push(id);
        self.loops.push(0);
        self.open_scope(false);
    }

    pub(super) fn leave_function(&mut self) {
        self.close_scope();
        self.loops.pop();
        self.functions.pop();
    }

    /// Whether a `return` has something to leave.
    pub(super) fn in_function(&self) -> bool {
        self.functions.len() > 1
    }

    /// Whether this is the script itself, and none of its blocks.
    pub(super) fn is_top(&self) -> bool {
        !self.in_function() && self.scopes.len() == 1
    }

    /// Declares, as names to come, what the statements of a block declare; top-level functions and
    /// structs at once.
    pub(super) fn announce(&mut self, statements: &'a [crate::syntax::ast::Stmt]) {
        let top = self.scopes.last().is_some_and(|scope| scope.top);
        for statement in statements {
            match &statement.kind {
                StmtKind::Let { mutable, target, .. } => {
                    let kind = if *mutable { VariableKind::Var } else { VariableKind::Let };
                    let names = match target {
                        Target::Name(name) => std::slice::from_ref(name),
                        Target::List(names, _) => names,
                    };
                    for name in names {
                        self.announce_name(name, kind);
                    }
                }
                StmtKind::Fn(function) => {
                    if let Some(name) = &function.name {
                        let id = self.announce_name(name, VariableKind::Function);
                        self.found.variables[id.0 as usize].parameters =
                            Some(Arc::new(super::statements::parameters_of(&function.parameters)));
                        if top {
                            self.appear(name);
                        }
                    }
                }
                StmtKind::Struct(structure) => {
                    let id = self.announce_name(&structure.name, VariableKind::Struct);
                    self.found.variables[id.0 as usize].parameters =
                        Some(Arc::new(super::statements::fields_of(structure)));
                    if top {
                        self.appear(&structure.name);
                    }
                }
                StmtKind::Import { alias, .. } => {
                    self.announce_name(alias, VariableKind::Import);
                }
                _ => {}
            }
        }
    }

    fn announce_name(&mut self, name: &'a Ident, kind: VariableKind) -> VariableId {
        let id = self.new_variable(name, kind);
        let Some(scope) = self.scopes.last_mut() else { return id };
        if &*name.name == "_" {
            return id;
        }
        let before = scope.later.get(&*name.name).or_else(|| scope.names.get(&*name.name)).copied();
        match before {
            Some(before) => self.declared_twice(name, before),
            None => {
                scope.later.insert(&name.name, id);
            }
        }
        id
    }

    /// The name comes in sight.
    pub(super) fn appear(&mut self, name: &'a Ident) {
        if let (Use::Variable(id), Some(scope)) =
            (self.found.lookup(name.id), self.scopes.last_mut())
        {
            scope.later.remove(&*name.name);
            scope.names.insert(&name.name, id);
        }
    }

    /// While the right side of a `let` is read, its names are those of the scopes around.
    pub(super) fn hide(&mut self, names: &'a [Ident]) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.being_set = names.iter().map(|name| &*name.name).collect();
        }
    }

    pub(super) fn unhide(&mut self) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.being_set.clear();
        }
    }

    /// Declares a name that is in sight at once: a parameter and the like.
    pub(super) fn declare(&mut self, name: &'a Ident, kind: VariableKind) -> VariableId {
        let id = self.new_variable(name, kind);
        let Some(scope) = self.scopes.last_mut() else { return id };
        if &*name.name == "_" {
            return id;
        }
        if let Some(before) = scope.names.insert(&name.name, id) {
            self.declared_twice(name, before);
        }
        id
    }

    fn new_variable(&mut self, name: &Ident, kind: VariableKind) -> VariableId {
        let id = VariableId(self.found.variables.len() as u32);
        self.found.variables.push(Variable {
            name: name.name.clone(),
            span: name.span,
            kind,
            owner: self.function(),
            top: self.scopes.last().is_some_and(|scope| scope.top),
            captured: false,
            parameters: None,
            module: None,
        });
        self.found.uses[name.id as usize] = Use::Variable(id);
        id
    }

    fn declared_twice(&mut self, name: &Ident, before: VariableId) {
        let first = self.found.variable(before);
        let (kind, span) = (first.kind, first.span);
        let help = match kind {
            VariableKind::Var => format!("to change it, write `{} = …`", name.name),
            VariableKind::Let => {
                "make the first one a `var` to change it, or choose another name".to_owned()
            }
            _ => "choose another name".to_owned(),
        };
        self.report(
            Report::error(
                Code::Redeclared,
                format!("`{}` is declared twice in one scope", name.name),
            )
            .at(self.source, name.span, "declared again")
            .at(self.source, span, "declared first")
            .help(help),
        );
    }

    // ---- Looking up --------------------------------------------------------------------------

    /// Finds what `name` stands for here, and notes it.
    pub(super) fn look_up(&mut self, name: &'a Ident) -> Use {
        self.noted(name, false)
    }

    /// The same for a name that is assigned.
    pub(super) fn look_up_assigned(&mut self, name: &'a Ident) -> Use {
        self.noted(name, true)
    }

    fn noted(&mut self, name: &'a Ident, assigned: bool) -> Use {
        let found = self.search(name, assigned);
        self.found.uses[name.id as usize] = found;
        found
    }

    fn search(&mut self, name: &'a Ident, assigned: bool) -> Use {
        let function = self.function();
        for scope in self.scopes.iter().rev() {
            if let Some(id) = scope.names.get(&*name.name) {
                return self.used(*id);
            }
            let Some(id) = scope.later.get(&*name.name).copied() else { continue };
            // A function may be called after a top-level variable below it was set.
            if scope.top && function != scope.function {
                return self.used(id);
            }
            if scope.being_set.contains(&&*name.name) {
                continue;
            }
            return self.used_too_early(name, id);
        }
        if let Some(outer) = self.outer.get(&*name.name) {
            return Use::Outer(*outer);
        }
        self.unknown(name, assigned)
    }

    fn used(&mut self, id: VariableId) -> Use {
        let variable = &self.found.variables[id.0 as usize];
        let owner = variable.owner;
        if owner == self.function() {
            return Use::Variable(id);
        }
        self.found.variables[id.0 as usize].captured = true;
        let variable = &self.found.variables[id.0 as usize];
        if variable.top {
            // A global: nobody needs to capture it.
            if variable.kind == VariableKind::Let {
                let function = self.function();
                let globals = &mut self.found.functions[function as usize].globals;
                if !globals.contains(&id) {
                    globals.push(id);
                }
            }
            return Use::Variable(id);
        }
        for function in self.functions.iter().rev().take_while(|function| **function != owner) {
            let info = &mut self.found.functions[*function as usize];
            if info.own_name == Some(id) {
                info.uses_own_name = true;
                break;
            }
            if info.own_struct == Some(id) {
                break;
            }
            if !info.captures.contains(&id) {
                info.captures.push(id);
            }
        }
        Use::Variable(id)
    }

    fn used_too_early(&mut self, name: &Ident, id: VariableId) -> Use {
        let span = self.found.variable(id).span;
        self.report(
            Report::error(Code::Name, format!("`{}` is used before it is declared", name.name))
                .at(self.source, name.span, "used here")
                .at(self.source, span, "declared in the same block, further down")
                .help("declare it above, or choose another name for the inner one"),
        );
        Use::Unknown
    }

    fn unknown(&mut self, name: &Ident, assigned: bool) -> Use {
        if self.told.contains(&name.name) {
            return Use::Unknown;
        }
        self.told.push(name.name.clone());
        let mut report = Report::error(
            Code::Name,
            format!("nothing here is called `{}`", name.name),
        )
        .at(self.source, name.span, "");
        let in_sight =
            self.scopes.iter().rev().flat_map(|scope| scope.names.keys().chain(scope.later.keys()));
        let keywords = crate::syntax::scan::KEYWORDS.iter().copied();
        let meant = if assigned {
            nearest(&name.name, in_sight.copied())
        } else {
            nearest(&name.name, in_sight.chain(self.outer.keys()).copied().chain(keywords))
        };
        if let Some(word) = hints::foreign_word(&name.name) {
            report = report.help(word);
        } else if self.scopes.iter().any(|scope| scope.being_set.contains(&&*name.name)) {
            report = report.help(format!(
                "a `let` is not in sight on its own right side; a function that calls itself is written `fn {}(…) {{ … }}`",
                name.name
            ));
        } else if let Some(meant) = meant {
            report = report.help(format!("did you mean `{meant}`?"));
        } else if assigned {
            report = report.help(format!(
                "declare it by `let {0} = …`, or by `var {0} = …` if it is to change",
                name.name
            ));
        }
        self.report(report);
        Use::Unknown
    }

    /// Declares `self`, in the scope of a method or a maker.
    pub(super) fn declare_own(&mut self, span: Span) -> VariableId {
        let id = VariableId(self.found.variables.len() as u32);
        self.found.variables.push(Variable {
            name: "self".into(),
            span,
            kind: VariableKind::Own,
            owner: self.function(),
            top: false,
            captured: false,
            parameters: None,
            module: None,
        });
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.insert("self", id);
        }
        id
    }

    pub(super) fn own_in_sight(&self) -> bool {
        self.scopes.iter().any(|scope| scope.names.contains_key("self"))
    }

    /// Whether we are at the top level of the script.
    pub(super) fn at_top(&self) -> bool {
        self.scopes.len() == 1
    }

    /// The parameters of what `found` holds, where that is known.
    pub(super) fn parameters_of(&self, found: Use) -> Option<Arc<Parameters>> {
        match found {
            Use::Variable(id) => self.found.variable(id).parameters.clone(),
            Use::Outer(i) => self.around.outer[i as usize].parameters.clone(),
            Use::Unknown => None,
        }
    }

    /// The module that `found` holds, where it is an import.
    pub(super) fn module_of(&self, found: Use) -> Option<u32> {
        match found {
            Use::Variable(id) => self.found.variable(id).module,
            Use::Outer(i) => match self.around.outer[i as usize].place {
                KnownPlace::Module(module) => Some(module),
                _ => None,
            },
            Use::Unknown => None,
        }
    }

    pub(super) fn span_of(&self, id: VariableId) -> Span {
        self.found.variable(id).span
    }
}
