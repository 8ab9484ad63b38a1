//! Modules as values: `import "x.conc" as util`, then `util`.

use super::Value;
use super::heap::Plain;

/// A module. Its names are globals, functions and structs of the program.
pub struct Module {
    /// The name of its file, without the ending.
    pub name: Box<str>,
    /// Its names, with the cell of a variable or the value of a constant.
    pub members: Vec<(Box<str>, Value)>,
}

impl Plain for Module {
    fn take_children(&mut self, _: &mut Vec<Value>) {}

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        for (_, member) in &self.members {
            visit(member);
        }
    }
}
