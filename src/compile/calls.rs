//! Calls: those whose callee is known have their arguments in place before they run.

use super::Compiler;
use super::function::{Builder, Register};
use super::places::Place;
use crate::bytecode::{Constant, FunctionRef, Op};
use crate::resolve::{Parameters, Use};
use crate::source::Span;
use crate::syntax::ast::{Call, Expr, ExprKind};
use std::sync::Arc;

/// What a call calls, as far as it is known.
enum Callee<'a> {
    Function(FunctionRef, Arc<Parameters>),
    Struct(FunctionRef, Arc<Parameters>),
    Builtin(u32, Arc<Parameters>),
    /// A method of the struct whose method this is.
    OwnMethod(FunctionRef, Arc<Parameters>, &'a Expr),
    Method(&'a Expr, &'a str),
    Unknown,
}

impl<'a> Compiler<'a> {
    pub(super) fn call(
        &mut self,
        builder: &mut Builder<'a>,
        call: &'a Call,
        to: Register,
        at: Span,
    ) {
        match self.known_callee(builder, call) {
            Callee::Function(function, parameters) => {
                let base = self.bound_arguments(builder, call, &parameters, 0);
                builder.at(at);
                let callee = builder.callee(function);
                builder.emit(Op::CallFunction, to, base, callee);
            }
            Callee::OwnMethod(function, parameters, own) => {
                let base = self.bound_arguments(builder, call, &parameters, 1);
                self.value(builder, own, base);
                builder.at(at);
                let callee = builder.callee(function);
                builder.emit(Op::CallFunction, to, base, callee);
            }
            Callee::Struct(structure, parameters) => {
                let base = self.bound_arguments(builder, call, &parameters, 1);
                builder.at(at);
                let constant = builder.constant(Constant::Struct(structure));
                builder.emit(Op::CallStruct, to, base, constant);
            }
            Callee::Builtin(number, parameters) => {
                let (base, count) = self.builtin_arguments(builder, call, &parameters);
                builder.at(at);
                builder.emit(Op::CallBuiltin, to, base, number as usize);
                builder.emit_extra(count, 0, None);
            }
            Callee::Method(of, name) => {
                let disturbed = call.arguments.iter().any(|argument| argument.value.has_block);
                let of = self.kept_operand(builder, of, disturbed);
                let base = builder.registers(1 + call.arguments.len());
                self.plain_arguments(builder, call, base + 1);
                builder.at(at);
                builder.emit(Op::CallMethod, to, of, usize::from(base));
                let site = builder.site(name);
                let names = argument_names(builder, call);
                builder.emit_extra(call.arguments.len(), site, names);
            }
            Callee::Unknown => {
                let disturbed = call.arguments.iter().any(|argument| argument.value.has_block);
                let callee = self.kept_operand(builder, &call.callee, disturbed);
                let base = builder.registers(call.arguments.len().max(1));
                self.plain_arguments(builder, call, base);
                builder.at(at);
                builder.emit(Op::Call, to, callee, usize::from(base));
                let names = argument_names(builder, call);
                builder.emit_extra(call.arguments.len(), 0, names);
            }
        }
    }

    fn known_callee(&mut self, builder: &mut Builder<'a>, call: &'a Call) -> Callee<'a> {
        let (place, parameters) = match &call.callee.bare().kind {
            ExprKind::Name(name) => {
                let found = self.resolution.lookup(name.id);
                let parameters = match found {
                    Use::Variable(id) => self.resolution.variable(id).parameters.clone(),
                    Use::Outer(index) => self.around.outer[index as usize].parameters.clone(),
                    Use::Unknown => None,
                };
                (self.place(builder, name), parameters)
            }
            ExprKind::Field { of, name, .. } => {
                if let Some(known) = self.member_known(of, name) {
                    (Compiler::known_place(builder, known), known.parameters.clone())
                } else if let Some((function, parameters)) = self.own_method(of, name) {
                    return Callee::OwnMethod(function, Arc::new(parameters), of);
                } else {
                    return Callee::Method(of, name);
                }
            }
            _ => return Callee::Unknown,
        };
        match (place, parameters) {
            (Place::Function(function), Some(parameters)) => Callee::Function(function, parameters),
            (Place::Struct(structure), Some(parameters)) => Callee::Struct(structure, parameters),
            (Place::Builtin(number), Some(parameters)) => Callee::Builtin(number, parameters),
            _ => Callee::Unknown,
        }
    }

    /// `self.name(…)`, where that is a method of a top-level struct: its methods are constants.
    fn own_method(&self, of: &Expr, name: &str) -> Option<(FunctionRef, Parameters)> {
        let ExprKind::Own(own) = &of.kind else { return None };
        let structure = self.struct_of_own(own)?;
        let id = self.variable_of(&structure.name)?;
        self.known_structs.get(&id)?;
        let method =
            structure.methods.iter().find(|m| m.name.as_ref().is_some_and(|n| &*n.name == name))?;
        let function = FunctionRef { unit: self.unit, index: method.id };
        Some((function, crate::resolve::parameters_of(&method.parameters)))
    }

    /// Arguments in the order of the parameters, those not given marked so. `before` registers are left free
    /// in front of them.
    fn bound_arguments(
        &mut self,
        builder: &mut Builder<'a>,
        call: &'a Call,
        parameters: &Parameters,
        before: usize,
    ) -> Register {
        let names: Vec<Option<&str>> = call.arguments.iter().map(|a| a.name_text()).collect();
        let bound = parameters.bind("", &names).unwrap_or_default();
        let base = builder.registers((before + parameters.list.len()).max(1));
        let first = base + before as Register;
        for (i, argument) in call.arguments.iter().enumerate() {
            if let Some(at) = bound.iter().position(|b| *b == Some(i)) {
                self.value(builder, &argument.value, first + at as Register);
            }
        }
        for (at, given) in bound.iter().enumerate() {
            if given.is_none() {
                builder.emit(Op::LoadUnset, first + at as Register, 0, 0);
            }
        }
        base
    }

    /// The arguments of a built-in function: first its parameters, then any further ones by position.
    fn builtin_arguments(
        &mut self,
        builder: &mut Builder<'a>,
        call: &'a Call,
        parameters: &Parameters,
    ) -> (Register, usize) {
        if !parameters.variadic {
            return (self.bound_arguments(builder, call, parameters, 0), parameters.list.len());
        }
        let named = parameters.list.len();
        let by_position = call.arguments.iter().filter(|a| a.name.is_none()).count();
        let base = builder.registers((named + by_position).max(1));
        for (at, parameter) in parameters.list.iter().enumerate() {
            if !call.arguments.iter().any(|a| a.name_text() == Some(&parameter.name)) {
                builder.emit(Op::LoadUnset, base + at as Register, 0, 0);
            }
        }
        let mut next = base + named as Register;
        for argument in &call.arguments {
            let to = match argument.name_text() {
                Some(name) => {
                    let at = parameters.list.iter().position(|p| p.name == name).unwrap_or(0);
                    base + at as Register
                }
                None => {
                    next += 1;
                    next - 1
                }
            };
            self.value(builder, &argument.value, to);
        }
        (base, named + by_position)
    }

    pub(super) fn plain_arguments(
        &mut self,
        builder: &mut Builder<'a>,
        call: &'a Call,
        base: Register,
    ) {
        for (i, argument) in call.arguments.iter().enumerate() {
            self.value(builder, &argument.value, base + i as Register);
        }
    }
}

/// The names that arguments are given by, as a constant: an empty one for an argument by position.
pub(super) fn argument_names(builder: &mut Builder<'_>, call: &Call) -> Option<usize> {
    if call.arguments.iter().all(|argument| argument.name.is_none()) {
        return None;
    }
    let names = call.arguments.iter().map(|argument| argument.name_text().unwrap_or("").into());
    Some(builder.constant(Constant::Names(names.collect())))
}
