//! Names become places, and what is wrong with names and calls is found before anything runs.
//!
//! The tree is left as it is. What is found out stands in a [`Resolution`], in tables under the numbers
//! that the tree gives to names and functions.

mod arguments;
mod expressions;
mod hints;
mod scopes;
mod statements;
mod suspicions;
mod variable;

pub use arguments::{Bound, ParameterInfo, Parameters};
pub use scopes::{Surroundings, resolve};
pub use statements::{fields_of, parameters_of};
pub use variable::{
    FunctionInfo, Known, KnownPlace, Resolution, Use, Variable, VariableId, VariableKind,
};
