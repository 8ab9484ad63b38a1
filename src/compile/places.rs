//! Where variables live, and how they are read and written there.

use super::function::{Builder, Register};
use super::{Compiler, Purpose};
use crate::bytecode::{CaptureSource, Constant, FunctionRef, Op};
use crate::resolve::{Known, KnownPlace, Use, VariableId, VariableKind};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, Script, StmtKind, Struct};

/// Where a name's value is.
#[derive(Clone)]
pub(super) enum Place {
    /// In a register.
    Register(Register),
    /// In the cell that a register holds.
    Cell(Register),
    /// In a global, by the number of its constant. One that never changes once set may be borrowed, into
    /// that register.
    Global {
        constant: usize,
        borrow: Option<Register>,
    },
    /// It is a function, a struct or a module that is known.
    Function(FunctionRef),
    Struct(FunctionRef),
    Module(u32),
    Builtin(u32),
    /// It is the struct that register 0 is an instance of.
    OwnStruct,
}

impl<'a> Compiler<'a> {
    /// Gives numbers to the script's own globals, functions and structs.
    pub(super) fn declare_top(&mut self, script: &'a Script) {
        let prompt = self.purpose == Purpose::Prompt;
        let mut structs = 0;
        for statement in &script.body.statements {
            match &statement.kind {
                StmtKind::Fn(function) if !prompt => {
                    if let Some(id) = function.name.as_ref().and_then(|name| self.variable_of(name))
                    {
                        let place = FunctionRef { unit: self.unit, index: function.id };
                        self.known_functions.insert(id, place);
                    }
                }
                StmtKind::Struct(structure) => {
                    if let Some(id) = self.variable_of(&structure.name) {
                        let place = FunctionRef { unit: self.unit, index: structs };
                        self.known_structs.insert(id, place);
                        structs += 1;
                        self.structs.push(None);
                    }
                }
                _ => {}
            }
        }
        for (index, variable) in self.resolution.variables.iter().enumerate() {
            let id = VariableId(index as u32);
            let held = match variable.kind {
                VariableKind::Let | VariableKind::Var => true,
                VariableKind::Function => prompt,
                _ => false,
            };
            if variable.top && held && (variable.captured || self.purpose != Purpose::Main) {
                let number = self.earlier_global(&variable.name).unwrap_or_else(|| {
                    self.globals += 1;
                    self.globals - 1
                });
                self.own_globals.insert(id, number);
                self.global_names.push((variable.name.clone(), number));
            }
        }
    }

    /// At a prompt, a variable or a function that is declared again takes the place of the earlier one, so that
    /// those who use it see the new one.
    fn earlier_global(&self, name: &str) -> Option<u32> {
        if self.purpose != Purpose::Prompt {
            return None;
        }
        let earlier = self.around.outer.iter().rev().find(|known| &*known.name == name)?;
        match earlier.place {
            KnownPlace::Global(number) if earlier.replaceable => Some(number),
            _ => None,
        }
    }

    /// What the script offers to others.
    pub(super) fn exports(&self) -> Vec<Known> {
        let mut exports = Vec::new();
        for (name, id) in &self.resolution.top {
            let variable = self.resolution.variable(*id);
            let place = if let Some(function) = self.known_functions.get(id) {
                KnownPlace::Function(function.unit, function.index)
            } else if let Some(known) = self.known_structs.get(id) {
                KnownPlace::Struct(known.unit, known.index)
            } else if let Some(global) = self.own_globals.get(id) {
                KnownPlace::Global(*global)
            } else if let Some(module) = variable.module {
                KnownPlace::Module(module)
            } else {
                continue;
            };
            exports.push(Known {
                name: name.clone(),
                parameters: variable.parameters.clone(),
                mutable: variable.is_var(),
                replaceable: self.purpose == Purpose::Prompt,
                place,
            });
        }
        exports.sort_by(|a, b| a.name.cmp(&b.name));
        exports
    }

    pub(super) fn variable_of(&self, name: &Ident) -> Option<VariableId> {
        match self.resolution.lookup(name.id) {
            Use::Variable(id) => Some(id),
            _ => None,
        }
    }

    // ---- A function's registers --------------------------------------------------------------

    /// `self`, an instance of `structure`, is the first register.
    pub(super) fn own_register(&mut self, builder: &mut Builder<'a>, structure: &'a Struct) {
        let register = builder.register();
        builder.arguments += 1;
        if let Some(own) = self.resolution.functions[builder.id as usize].own {
            builder.variables.insert(own, register);
            self.own_structs.insert(own, structure);
        }
    }

    /// The struct whose methods the name `self` is used in.
    pub(super) fn struct_of_own(&self, own: &Ident) -> Option<&'a Struct> {
        self.own_structs.get(&self.variable_of(own)?).copied()
    }

    pub(super) fn parameter(&mut self, builder: &mut Builder<'a>, name: &Ident) {
        let register = builder.register();
        builder.arguments += 1;
        if let Some(id) = self.variable_of(name) {
            builder.variables.insert(id, register);
        }
    }

    /// Registers for what the function captures, and for the globals that it may borrow.
    pub(super) fn borrow_registers(&mut self, builder: &mut Builder<'a>, function: u32) {
        let info = &self.resolution.functions[function as usize];
        for id in &info.captures {
            let register = builder.register();
            builder.borrowed += 1;
            builder.variables.insert(*id, register);
        }
        if let Some(own) = info.own_name.filter(|_| info.uses_own_name) {
            let register = builder.register();
            builder.borrowed += 1;
            builder.variables.insert(own, register);
            builder.emit(Op::OwnFunction, register, 0, 0);
        }
        // At a prompt a name may be declared again, so even a `let` changes.
        let borrows = self.purpose != Purpose::Prompt;
        for id in info.globals.iter().filter(|_| borrows) {
            let register = builder.register();
            builder.borrowed += 1;
            builder.borrowed_globals.insert(*id, register);
        }
    }

    /// Where the function with number `inner`, made here, finds what it captures.
    pub(super) fn capture_sources(&self, builder: &Builder<'a>, inner: u32) -> Vec<CaptureSource> {
        let info = &self.resolution.functions[inner as usize];
        let own_struct = self.resolution.functions[builder.id as usize].own_struct;
        info.captures
            .iter()
            .map(|id| match builder.variables.get(id) {
                Some(register) => CaptureSource::Register(*register),
                None if own_struct == Some(*id) => CaptureSource::OwnStruct,
                // A local function or struct that captures itself never gets here.
                None => CaptureSource::Register(u16::MAX),
            })
            .collect()
    }

    // ---- Places ------------------------------------------------------------------------------

    pub(super) fn place(&mut self, builder: &mut Builder<'a>, name: &Ident) -> Place {
        match self.resolution.lookup(name.id) {
            Use::Variable(id) => self.variable_place(builder, id),
            Use::Outer(index) => {
                let around = self.around;
                Compiler::known_place(builder, &around.outer[index as usize])
            }
            Use::Unknown => Place::Register(0),
        }
    }

    pub(super) fn variable_place(&mut self, builder: &mut Builder<'a>, id: VariableId) -> Place {
        let variable = self.resolution.variable(id);
        if let Some(register) = builder.variables.get(&id) {
            return if self.is_cell(id) {
                Place::Cell(*register)
            } else {
                Place::Register(*register)
            };
        }
        if self.resolution.functions[builder.id as usize].own_struct == Some(id) {
            return Place::OwnStruct;
        }
        if let Some(function) = self.known_functions.get(&id) {
            return Place::Function(*function);
        }
        if let Some(known) = self.known_structs.get(&id) {
            return Place::Struct(*known);
        }
        if let Some(module) = variable.module {
            return Place::Module(module);
        }
        match self.own_globals.get(&id) {
            Some(global) => {
                let constant = builder.constant(Constant::Global(*global));
                Place::Global { constant, borrow: builder.borrowed_globals.get(&id).copied() }
            }
            None => Place::Register(0),
        }
    }

    pub(super) fn known_place(builder: &mut Builder<'a>, known: &Known) -> Place {
        match known.place {
            KnownPlace::Builtin(number) => Place::Builtin(number),
            KnownPlace::Function(unit, index) => Place::Function(FunctionRef { unit, index }),
            KnownPlace::Struct(unit, index) => Place::Struct(FunctionRef { unit, index }),
            KnownPlace::Module(unit) => Place::Module(unit),
            KnownPlace::Global(number) => {
                Place::Global { constant: builder.constant(Constant::Global(number)), borrow: None }
            }
        }
    }

    /// `util.name`, where `util` is an import: where the name is.
    pub(super) fn member_place(
        &mut self,
        builder: &mut Builder<'a>,
        of: &Expr,
        name: &str,
    ) -> Option<Place> {
        let known = self.member_known(of, name)?;
        Some(Compiler::known_place(builder, known))
    }

    pub(super) fn member_known(&self, of: &Expr, name: &str) -> Option<&'a Known> {
        let ExprKind::Name(alias) = &of.kind else { return None };
        let module = match self.resolution.lookup(alias.id) {
            Use::Variable(id) => self.resolution.variable(id).module?,
            Use::Outer(index) => match self.around.outer[index as usize].place {
                KnownPlace::Module(module) => module,
                _ => return None,
            },
            Use::Unknown => return None,
        };
        (self.around.exports)(module).iter().find(|known| &*known.name == name)
    }

    /// Whether a variable is shared by functions, and changes: then its register holds a cell.
    pub(super) fn is_cell(&self, id: VariableId) -> bool {
        let variable = self.resolution.variable(id);
        variable.is_var() && variable.captured && !variable.top
    }

    /// Puts the value of a place into a register.
    pub(super) fn load_place(&mut self, builder: &mut Builder<'a>, place: &Place, to: Register) {
        match *place {
            Place::Register(register) if register == to => {}
            Place::Register(register) => builder.emit(Op::Move, to, register, 0),
            Place::Cell(cell) => builder.emit(Op::GetCell, to, cell, 0),
            Place::Global { constant, .. } => builder.emit(Op::GetGlobal, to, 0, constant),
            Place::Function(function) => {
                let constant = builder.constant(Constant::Function(function));
                builder.emit(Op::LoadConst, to, 0, constant);
            }
            Place::Struct(structure) => {
                let constant = builder.constant(Constant::Struct(structure));
                builder.emit(Op::LoadConst, to, 0, constant);
            }
            Place::Module(module) => {
                let constant = builder.constant(Constant::Module(module));
                builder.emit(Op::LoadConst, to, 0, constant);
            }
            Place::Builtin(number) => builder.emit(Op::LoadBuiltin, to, 0, number as usize),
            Place::OwnStruct => builder.emit(Op::OwnStruct, to, 0, 0),
        }
    }

    /// Puts the value of a register into a place that can be assigned.
    pub(super) fn store_place(&mut self, builder: &mut Builder<'a>, place: &Place, from: Register) {
        match *place {
            Place::Register(register) if register == from => {}
            Place::Register(register) => builder.emit(Op::Move, register, from, 0),
            Place::Cell(cell) => builder.emit(Op::SetCell, cell, from, 0),
            Place::Global { constant, .. } => builder.emit(Op::SetGlobal, from, 0, constant),
            // Only variables can be assigned.
            _ => {}
        }
    }

    /// Where a variable that is being declared gets its value: its own new register.
    pub(super) fn new_variable(&mut self, builder: &mut Builder<'a>, name: &Ident) -> Register {
        let register = builder.register();
        if let Some(id) = self.variable_of(name) {
            builder.variables.insert(id, register);
        }
        register
    }

    /// The value of a new variable is in its register: those that are shared go on from there.
    pub(super) fn declared(&mut self, builder: &mut Builder<'a>, name: &Ident, register: Register) {
        let Some(id) = self.variable_of(name) else { return };
        if self.is_cell(id) {
            builder.emit(Op::NewCell, register, register, 0);
        } else if let Some(global) = self.own_globals.get(&id) {
            let constant = builder.constant(Constant::Global(*global));
            if self.resolution.variable(id).is_var() || self.purpose == Purpose::Prompt {
                builder.emit(Op::SetGlobal, register, 0, constant);
                // It changes behind the script's own back, so it is read anew each time.
                builder.variables.remove(&id);
            } else {
                builder.emit(Op::InitGlobal, register, 0, constant);
            }
        }
    }

    /// A primitive is called after the variable it is first bound to.
    pub(super) fn bind_name(
        &mut self,
        builder: &mut Builder<'a>,
        value: &Expr,
        name: &str,
        register: Register,
    ) {
        if may_be_unnamed(value) && name != "_" {
            let text = builder.text(name);
            builder.emit(Op::BindName, register, 0, text);
        }
    }

    pub(super) fn text_of(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }
}

/// Whether the value may be a primitive that was bound to no name yet, as far as its expression tells.
fn may_be_unnamed(value: &Expr) -> bool {
    match &value.bare().kind {
        ExprKind::Call(_)
        | ExprKind::Index { .. }
        | ExprKind::Field { .. }
        | ExprKind::If { .. }
        | ExprKind::Try { .. }
        | ExprKind::Lock { .. }
        | ExprKind::Scope { .. }
        | ExprKind::Select(_)
        | ExprKind::Operation(_) => true,
        // That of a list is for each name that it is taken apart into.
        ExprKind::List(_) => true,
        _ => false,
    }
}
