//! Structs: their methods, and the maker that fills in an instance's fields.

use super::Compiler;
use super::function::{Builder, Register};
use crate::bytecode::{Constant, FunctionRef, Op, StructCode};
use crate::resolve::{Parameters, fields_of};
use crate::syntax::ast::{Expr, Ident, Struct};

impl<'a> Compiler<'a> {
    pub(super) fn structure(&mut self, builder: &mut Builder<'a>, structure: &'a Struct) {
        self.maker(structure);
        let mut functions = vec![structure.maker];
        let mut methods = Vec::new();
        for method in &structure.methods {
            self.function(method, Some(structure));
            if let Some(name) = &method.name {
                methods.push((name.name.clone(), method.id));
            }
            functions.push(method.id);
        }
        for function in functions {
            let captures = self.capture_sources(builder, function);
            if let Some(done) = &mut self.functions[function as usize] {
                done.captures = captures;
            }
        }
        let code = StructCode {
            name: structure.name.name.clone(),
            fields: fields_of(structure),
            maker: structure.maker,
            methods,
        };
        let known =
            self.variable_of(&structure.name).and_then(|id| self.known_structs.get(&id)).copied();
        if let Some(known) = known {
            // Its methods capture nothing: it is a constant.
            self.structs[known.index as usize] = Some(code);
            return;
        }
        let index = self.structs.len() as u32;
        self.structs.push(Some(code));
        let register = self.new_variable(builder, &structure.name);
        let constant = builder.constant(Constant::Struct(FunctionRef { unit: self.unit, index }));
        builder.emit(Op::NewStruct, register, 0, constant);
        self.declared(builder, &structure.name, register);
    }

    /// The function that fills in an instance: it is given the instance and the fields, and evaluates the
    /// defaults of those that are missing, in order.
    fn maker(&mut self, structure: &'a Struct) {
        let mut builder = Builder::new(structure.maker, &structure.name.name, structure.name.span);
        self.own_register(&mut builder, structure);
        let first = builder.registers(structure.fields.len());
        builder.arguments += structure.fields.len() as Register;
        self.borrow_registers(&mut builder, structure.maker);
        for (slot, field) in structure.fields.iter().enumerate() {
            let register = first + slot as Register;
            if let Some(default) = &field.default {
                self.default_into(&mut builder, register, default);
            }
            builder.at(field.name.span);
            builder.emit(Op::InitOwn, 0, register, slot);
        }
        builder.emit(Op::Return, 0, 0, 0);
        self.finish(builder, None, Parameters::default());
    }

    /// A parameter that was not given gets its default.
    pub(super) fn default_value(
        &mut self,
        builder: &mut Builder<'a>,
        name: &Ident,
        default: &'a Expr,
    ) {
        let register = self.variable_of(name).and_then(|id| builder.variables.get(&id).copied());
        if let Some(register) = register {
            self.default_into(builder, register, default);
        }
    }

    fn default_into(&mut self, builder: &mut Builder<'a>, register: Register, default: &'a Expr) {
        builder.at(default.span);
        let given = builder.emit_jump(Op::JumpSet, register, 0);
        self.value(builder, default, register);
        builder.land(given);
    }
}
