//! Linking: what code refers to by numbers becomes pointers and values.

use super::program::{LinkedUnit, Program, UnitId};
use super::trace::first_site;
use crate::bytecode::{Constant, Function, FunctionRef, StructCode, Unit, verify};
use crate::resolve::Known;
use crate::values::{
    Callee, Closure, Code, Member, Module, Published, Ref, Site, Str, StructType, Symbol, Value,
};
use rustc_hash::FxHashMap;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

impl Program {
    /// Links a unit, whose number must be the next one, and what it refers to. `name` and `exports` make the
    /// value that an import of it has.
    ///
    /// # Panics
    ///
    /// If the code is out of its bounds, which is a mistake of the compiler's.
    pub fn link(&self, unit: &Unit, name: &str, exports: &[Known]) -> UnitId {
        if let Err(wrong) = verify(unit) {
            panic!("the compiler wrote wrong code: {wrong}");
        }
        assert_eq!(unit.number, self.unit_count(), "units are linked in order");
        // Functions may call each other, so their places are there before they are.
        let room: &'static mut [MaybeUninit<Code>] =
            Box::leak(Box::new_uninit_slice(unit.functions.len()));
        let base = NonNull::from(&mut *room).cast::<Code>();
        // SAFETY: each place is in the leaked room, and is filled in below, before anything runs.
        let callee = |index: u32| unsafe { Callee::new(base.add(index as usize)) };
        let codes: Vec<Callee> = (0..unit.functions.len() as u32).map(callee).collect();
        let arguments: Vec<u16> =
            unit.functions.iter().map(|function| function.arguments).collect();
        let structs: Vec<Published> =
            unit.structs.iter().map(|code| self.link_struct(code, &codes)).collect();
        let linker = Linker {
            program: self,
            unit: unit.number,
            codes: &codes,
            structs: &structs,
            arguments: &arguments,
        };
        for ((index, function), place) in unit.functions.iter().enumerate().zip(room) {
            place.write(linker.link_function(index as u32, function, &unit.source));
        }
        let members = exports.iter().filter_map(|known| {
            let value = match known.place {
                crate::resolve::KnownPlace::Function(of, index) if of == unit.number => {
                    linker.function(FunctionRef { unit: of, index })
                }
                crate::resolve::KnownPlace::Struct(of, index) if of == unit.number => {
                    structs.get(index as usize).cloned()
                }
                _ => self.known_value(known),
            };
            value.map(|value| (known.name.clone(), value.into_inner()))
        });
        let module = Ref::new(Module { name: name.into(), members: members.collect() });
        // The cells among its members are not published by it: see `Program`.
        let module = Published::vouch(module.immortal_local().into());
        self.add_unit(LinkedUnit { codes, structs, module: Some(module), imported: false })
    }

    /// The type of a struct; of one whose methods capture something, the template for making it.
    fn link_struct(&self, code: &StructCode, codes: &[Callee]) -> Published {
        let closure = |index: u32| Closure::new(codes[index as usize], Vec::new());
        let mut members: FxHashMap<Symbol, Member> = FxHashMap::default();
        for (slot, field) in code.fields.list.iter().enumerate() {
            members.insert(self.symbol(&field.name), Member::Field(slot as u16));
        }
        for (place, (name, _)) in code.methods.iter().enumerate() {
            members.insert(self.symbol(name), Member::Method(place as u16));
        }
        let structure = Ref::new(StructType {
            id: self.next_struct(),
            name: code.name.clone(),
            fields: code.fields.clone(),
            maker: closure(code.maker),
            methods: code
                .methods
                .iter()
                .map(|(name, index)| (name.clone(), closure(*index)))
                .collect(),
            members,
        });
        Published::new(structure.immortal().into())
    }
}

struct Linker<'a> {
    program: &'a Program,
    unit: u32,
    codes: &'a [Callee],
    structs: &'a [Published],
    arguments: &'a [u16],
}

impl Linker<'_> {
    fn link_function(
        &self,
        index: u32,
        function: &Function,
        source: &std::sync::Arc<crate::source::Source>,
    ) -> Code {
        self.check_calls(function);
        let constants = function.constants.iter().map(|constant| self.constant(constant));
        let sites = function.sites.iter().map(|member| Site {
            name: member.name.clone(),
            symbol: self.program.symbol(&member.name),
            is_push: &*member.name == "push",
            cache: AtomicU64::new(0),
        });
        Code {
            site: first_site(self.unit, index),
            constants: constants.collect(),
            callees: function.callees.iter().map(|callee| self.callee(*callee)).collect(),
            sites: sites.collect(),
            name: function.name.clone(),
            owner: function.owner.clone(),
            parameters: function.parameters.clone(),
            arguments: function.arguments,
            borrowed: function.borrowed,
            registers: function.registers,
            captures: function.captures.as_slice().into(),
            instructions: function.code.as_slice().into(),
            plain: function.constants.as_slice().into(),
            handlers: function.handlers.as_slice().into(),
            spans: function.spans.as_slice().into(),
            span: function.span,
            source: source.clone(),
        }
    }

    /// A call by number has a row of arguments as long as the callee expects; see `bytecode::verify`.
    fn check_calls(&self, function: &Function) {
        use crate::bytecode::Op;
        for instruction in &function.code {
            let row = match instruction.op() {
                Op::CallFunction => {
                    let callee = function.callees[instruction.c()];
                    if callee.unit == self.unit {
                        usize::from(self.arguments[callee.index as usize])
                    } else {
                        usize::from(self.callee(callee).code().arguments)
                    }
                }
                Op::CallStruct => match &function.constants[instruction.c()] {
                    Constant::Struct(structure) => 1 + self.structure(*structure).fields.list.len(),
                    _ => panic!("the compiler wrote wrong code: a struct is none"),
                },
                _ => continue,
            };
            let end = usize::from(instruction.b()) + row;
            assert!(
                end <= usize::from(function.registers),
                "the compiler wrote wrong code: a call runs out of its registers"
            );
        }
    }

    fn callee(&self, function: FunctionRef) -> Callee {
        if function.unit == self.unit {
            return self.codes[function.index as usize];
        }
        self.program
            .callee(function.unit, function.index)
            .expect("an imported unit is linked first")
    }

    fn structure(&self, structure: FunctionRef) -> Ref<StructType> {
        let value = if structure.unit == self.unit {
            self.structs.get(structure.index as usize).cloned()
        } else {
            self.program.structure(structure.unit, structure.index)
        };
        match value.expect("a struct is linked first").get().view() {
            crate::values::View::Struct(structure) => structure.clone(),
            _ => unreachable!("a struct's value is its type"),
        }
    }

    fn function(&self, function: FunctionRef) -> Option<Published> {
        let closure = Closure::new(self.callee(function), Vec::new());
        Some(Published::new(closure.immortal().into()))
    }

    fn constant(&self, constant: &Constant) -> Published {
        Published::new(match constant {
            Constant::Int(number) => Value::int(*number),
            Constant::Float(number) => Value::float(*number),
            Constant::Duration(nanoseconds) => Value::duration(*nanoseconds),
            Constant::Str(text) => Str::new(text).immortal().into(),
            Constant::Function(function) => {
                return self.function(*function).expect("functions are there");
            }
            Constant::Struct(structure) => self.structure(*structure).into(),
            Constant::Global(number) => return self.program.global(*number),
            Constant::Module(unit) => {
                return self.program.module(*unit).expect("an imported unit is linked first");
            }
            Constant::Names(names) => {
                let names = names.iter().map(|name| Value::str(name));
                let list = crate::values::List::from_values(names.collect::<Vec<_>>().into_iter());
                list.expect("names are few").immortal().into()
            }
            Constant::Spec(_) | Constant::Assertion(_) => Value::NIL,
        })
    }
}
