//! Which argument of a call goes to which parameter.

use crate::diagnostics::{Code, Report};
use crate::source::{Source, Span};
use crate::syntax::ast::{Argument, Call};
use std::borrow::Cow;
use std::sync::Arc;

/// A parameter as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterInfo {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Whether each call must give it.
    pub required: bool,
}

/// The parameters of something that can be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// In order.
    pub list: Vec<ParameterInfo>,
    /// Whether more arguments by position may be given: they come before all parameters, which then
    /// are given by name only.
    pub variadic: bool,
    /// How many of those there must be at least.
    pub least: usize,
}

/// Where the arguments of a call go: for each parameter the index of its argument, if there is one.
/// Of a variadic call, the arguments by position come first, and are not in the list.
pub type Bound = Vec<Option<usize>>;

/// What is wrong with a call's arguments.
struct Misfit {
    /// The argument that is wrong; `None` for the call as a whole.
    argument: Option<usize>,
    message: String,
    help: String,
}

impl Parameters {
    /// The parameters of the names in `text`, parted by blanks; a `?` behind a name means that it may be
    /// left out, a leading `...` that any number of arguments by position may come first, and a leading `1...`
    /// that there must be one.
    #[must_use]
    pub fn parse(text: &'static str) -> Parameters {
        let mut parameters = Parameters::default();
        for word in text.split_whitespace() {
            if let Some(least) = word.strip_suffix("...") {
                parameters.variadic = true;
                parameters.least = usize::from(least == "1");
                continue;
            }
            let name = word.strip_suffix('?').unwrap_or(word);
            let required = name.len() == word.len();
            parameters.list.push(ParameterInfo { name: Cow::Borrowed(name), required });
        }
        parameters
    }

    /// How many arguments it takes, in words: `2 arguments`, `1 to 3 arguments`.
    #[must_use]
    pub fn describe_count(&self) -> String {
        let most = self.list.len();
        let least = self.list.iter().filter(|p| p.required).count();
        let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
        if least == most {
            format!("{most} {}", plural(most))
        } else {
            format!("{least} to {most} {}", plural(most))
        }
    }

    /// The parameters as a reader would write them: `a, b = …`.
    #[must_use]
    pub fn describe(&self) -> String {
        let names = self
            .list
            .iter()
            .map(|p| if p.required { p.name.to_string() } else { format!("{} = …", p.name) });
        let rest = self.variadic.then(|| "…".to_owned());
        rest.into_iter().chain(names).collect::<Vec<_>>().join(", ")
    }

    /// Which argument goes where, for arguments given as their names (`None`: by position).
    ///
    /// # Errors
    ///
    /// The message of the `TypeError` that the call raises.
    pub fn bind(&self, callee: &str, names: &[Option<&str>]) -> Result<Bound, String> {
        self.fit(callee, names).map_err(|misfit| misfit.message)
    }

    /// Which argument of `call` goes where.
    ///
    /// # Errors
    ///
    /// A report, if they do not fit.
    pub fn bind_call(
        &self,
        callee: &str,
        call: &Call,
        whole: Span,
        source: &Arc<Source>,
    ) -> Result<Bound, Report> {
        let names: Vec<Option<&str>> = call.arguments.iter().map(Argument::name_text).collect();
        self.fit(callee, &names).map_err(|misfit| {
            let at = misfit.argument.map_or(whole, |i| {
                let argument = &call.arguments[i];
                argument.name.as_ref().map_or(argument.value.span, |(_, span)| *span)
            });
            let report = Report::error(Code::Arguments, misfit.message).at(source, at, "");
            if misfit.help.is_empty() { report } else { report.help(misfit.help) }
        })
    }

    fn fit(&self, callee: &str, names: &[Option<&str>]) -> Result<Bound, Misfit> {
        let form = || format!("it is `{callee}({})`", self.describe());
        let by_position = names.iter().filter(|name| name.is_none()).count();
        let mut bound: Bound = vec![None; self.list.len()];
        if !self.variadic {
            if by_position > self.list.len() {
                return Err(Misfit {
                    argument: Some(self.list.len()),
                    message: format!(
                        "`{callee}` takes {}, not {}",
                        self.describe_count(),
                        names.len()
                    ),
                    help: form(),
                });
            }
            for (i, slot) in bound.iter_mut().take(by_position).enumerate() {
                *slot = Some(i);
            }
        } else if names.len() < self.least {
            let message = format!("`{callee}` takes at least {} argument, not none", self.least);
            return Err(Misfit { argument: None, message, help: form() });
        }
        for (i, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            let Some(at) = self.list.iter().position(|p| p.name == *name) else {
                let known = self.list.iter().map(|p| &*p.name);
                let help = match crate::diagnostics::nearest(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => form(),
                };
                let message = format!("`{callee}` has no parameter `{name}`");
                return Err(Misfit { argument: Some(i), message, help });
            };
            if bound[at].replace(i).is_some() {
                let message = format!("`{callee}` is given `{name}` twice");
                return Err(Misfit { argument: Some(i), message, help: form() });
            }
        }
        let missing: Vec<String> = self
            .list
            .iter()
            .zip(&bound)
            .filter(|(p, given)| p.required && given.is_none())
            .map(|(p, _)| format!("`{}`", p.name))
            .collect();
        if missing.is_empty() {
            return Ok(bound);
        }
        let message = format!(
            "`{callee}` takes {}: {} missing",
            self.describe_count(),
            match missing.as_slice() {
                [one] => format!("{one} is"),
                many => format!("{} are", many.join(" and ")),
            }
        );
        Err(Misfit { argument: None, message, help: form() })
    }
}

impl Argument {
    /// The name it is given by.
    #[must_use]
    pub fn name_text(&self) -> Option<&str> {
        self.name.as_ref().map(|(name, _)| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_find_their_parameters() {
        let p = Parameters::parse("a b? c?");
        assert_eq!(p.bind("f", &[None, None]), Ok(vec![Some(0), Some(1), None]));
        assert_eq!(p.bind("f", &[None, Some("c")]), Ok(vec![Some(0), None, Some(1)]));
        assert_eq!(p.bind("f", &[]), Err("`f` takes 1 to 3 arguments: `a` is missing".to_owned()));
        assert_eq!(p.bind("f", &[None; 4]), Err("`f` takes 1 to 3 arguments, not 4".to_owned()));
        assert_eq!(p.bind("f", &[None, Some("a")]), Err("`f` is given `a` twice".to_owned()));
        assert_eq!(p.bind("f", &[None, Some("d")]), Err("`f` has no parameter `d`".to_owned()));
        let print = Parameters::parse("... end?");
        assert_eq!(print.bind("print", &[None, None, Some("end")]), Ok(vec![Some(2)]));
        let min = Parameters::parse("1...");
        assert_eq!(min.bind("min", &[None]), Ok(vec![]));
        assert_eq!(
            min.bind("min", &[]),
            Err("`min` takes at least 1 argument, not none".to_owned())
        );
    }
}
