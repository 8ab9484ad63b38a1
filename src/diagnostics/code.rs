//! The kinds of report. Each has a stable name, which a script's author can look up.

/// What kind of report this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The script's text is not the language.
    Syntax,
    /// A name that no scope declares, or that is used before it is set.
    Name,
    /// Something that `let` (or a parameter, `for`, `fn`…) names is assigned.
    Immutable,
    /// A name declared twice in one scope.
    Redeclared,
    /// A call whose arguments do not fit what is called.
    Arguments,
    /// `break`, `continue` or `return` where there is nothing to leave.
    Jump,
    /// An import that cannot be followed.
    Import,
    /// The script is larger or nested deeper than the machine can take.
    TooLarge,
    /// What is no error, but is hardly ever meant.
    Suspicious,
    /// The script cannot be read at all.
    Unreadable,
    /// The command line is wrong.
    Usage,
    /// An error that nobody caught.
    Uncaught,
    /// A failed `assert` that nobody caught.
    Assertion,
    /// Threads that can never go on.
    Deadlock,
    /// Two plain accesses of threads that nothing orders, one of them a write.
    DataRace,
    /// A notification that came before anybody waited for it.
    LostWakeUp,
    /// A lock that its holder never gave back.
    LeakedLock,
    /// Threads that go on for ever without getting anywhere.
    Livelock,
    /// What an exploration has come to.
    Verdict,
    /// The run was interrupted.
    Interrupted,
    /// The program's output cannot be written.
    Output,
    /// A mistake of conc's own.
    Bug,
}

impl Code {
    /// All of them, in the order above.
    pub const ALL: &[Code] = &[
        Code::Syntax,
        Code::Name,
        Code::Immutable,
        Code::Redeclared,
        Code::Arguments,
        Code::Jump,
        Code::Import,
        Code::TooLarge,
        Code::Suspicious,
        Code::Unreadable,
        Code::Usage,
        Code::Uncaught,
        Code::Assertion,
        Code::Deadlock,
        Code::DataRace,
        Code::LostWakeUp,
        Code::LeakedLock,
        Code::Livelock,
        Code::Verdict,
        Code::Interrupted,
        Code::Output,
        Code::Bug,
    ];

    /// The stable name, `conc::…`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Code::Syntax => "conc::syntax",
            Code::Name => "conc::name",
            Code::Immutable => "conc::immutable",
            Code::Redeclared => "conc::redeclared",
            Code::Arguments => "conc::arguments",
            Code::Jump => "conc::jump",
            Code::Import => "conc::import",
            Code::TooLarge => "conc::too_large",
            Code::Suspicious => "conc::suspicious",
            Code::Unreadable => "conc::unreadable",
            Code::Usage => "conc::usage",
            Code::Uncaught => "conc::uncaught",
            Code::Assertion => "conc::assertion",
            Code::Deadlock => "conc::deadlock",
            Code::DataRace => "conc::race",
            Code::LostWakeUp => "conc::lost_wake_up",
            Code::LeakedLock => "conc::leaked_lock",
            Code::Livelock => "conc::livelock",
            Code::Verdict => "conc::verdict",
            Code::Interrupted => "conc::interrupted",
            Code::Output => "conc::output",
            Code::Bug => "conc::bug",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn all_codes_are_listed() {
        let listed: Vec<usize> = Code::ALL.iter().map(|code| *code as usize).collect();
        // The last one is named here, so that one put behind it is noticed.
        let declared: Vec<usize> = (0..=Code::Bug as usize).collect();
        assert_eq!(listed, declared);
    }
}
