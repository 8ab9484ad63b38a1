//! The commands of the prompt, and the names by which they are called.

use crate::diagnostics::nearest;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Help,
    Doc,
    Threads,
    Locks,
    Waits,
    Cancel,
    Type,
    Time,
    Dump,
    Load,
    Save,
    Edit,
    History,
    Reset,
    Quit,
}

/// How a command is called, and what it does.
pub struct Command {
    /// Its name, without the colon.
    pub name: &'static str,
    /// What follows the name; in brackets if it may be left out.
    pub takes: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    action: Action,
}

/// All of them, in the order in which they are told.
pub const COMMANDS: [Command; 15] = [
    command("help", "[TOPIC]", "this; or a topic of the reference", Action::Help),
    command("doc", "[NAME]", "what the reference says about a name", Action::Doc),
    command("threads", "", "the threads, and what each of them does", Action::Threads),
    command("locks", "", "what is held or awaited, and by whom", Action::Locks),
    command("waits", "", "who waits for whom; circles are marked", Action::Waits),
    command("cancel", "THREAD", "raise `Cancelled` in a thread, by name or number", Action::Cancel),
    command("type", "EXPR", "the type of a value", Action::Type),
    command("time", "EXPR", "how long something takes", Action::Time),
    command("dump", "EXPR", "the bytecode of something, which is not run", Action::Dump),
    command("load", "FILE", "run a file here: what it declares stays", Action::Load),
    command("save", "FILE", "write the entries that went well into a file", Action::Save),
    command("edit", "", "the last entry in $EDITOR, then here again", Action::Edit),
    command("history", "", "the entries of this session", Action::History),
    command("reset", "", "stop all threads, forget all names", Action::Reset),
    command("quit", "", "leave", Action::Quit),
];

const fn command(
    name: &'static str,
    takes: &'static str,
    about: &'static str,
    action: Action,
) -> Command {
    Command { name, takes, about, action }
}

/// The command that a line means, and what follows it; or what to say about the line. The beginning of a name is
/// enough, if no other begins so.
pub fn parse(line: &str) -> Result<(Action, &str), String> {
    let line = line.trim().trim_start_matches(':');
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let exact = COMMANDS.iter().find(|command| command.name == name);
    let mut begun = COMMANDS.iter().filter(|command| command.name.starts_with(name));
    let found = exact.or_else(|| match (begun.next(), begun.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    });
    let Some(command) = found else {
        let also: Vec<String> = COMMANDS
            .iter()
            .filter(|command| !name.is_empty() && command.name.starts_with(name))
            .map(|command| format!("`:{}`", command.name))
            .collect();
        return Err(if !also.is_empty() {
            format!("`:{name}` could be {}\n", also.join(" or "))
        } else {
            match nearest(name, COMMANDS.iter().map(|command| command.name)) {
                Some(meant) => format!("there is no command `:{name}`; did you mean `:{meant}`?\n"),
                None => format!("there is no command `:{name}`; `:help` tells them all\n"),
            }
        });
    };
    let rest = rest.trim();
    match (rest.is_empty(), command.takes) {
        (false, "") => Err(format!("`:{}` takes nothing after it\n", command.name)),
        (true, takes) if !takes.is_empty() && !takes.starts_with('[') => {
            Err(format!("write `:{} {takes}`\n", command.name))
        }
        _ => Ok((command.action, rest)),
    }
}

/// What `:help` says.
pub fn help() -> String {
    let mut out = String::new();
    for Command { name, takes, about, .. } in &COMMANDS {
        let call = format!(":{name} {takes}");
        out.push_str(&format!("  {call:<16} {about}\n"));
    }
    out.push_str(
        "Enter runs a whole entry, and goes on in an unfinished one;\n\
         Alt-Enter is always a new line. Tab completes, Ctrl-R looks in the history,\n\
         Ctrl-C clears the line or stops what runs, Ctrl-D leaves.\n\
         `_` is the last value, `_err` the last error.\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_their_beginning() {
        assert_eq!(parse(":threads"), Ok((Action::Threads, "")));
        assert_eq!(parse(":thr"), Ok((Action::Threads, "")));
        assert_eq!(parse(":cancel  t 1 "), Ok((Action::Cancel, "t 1")));
        assert_eq!(parse(":help"), Ok((Action::Help, "")));
        assert_eq!(parse(":help lock"), Ok((Action::Help, "lock")));
        assert_eq!(parse(":doc time limits"), Ok((Action::Doc, "time limits")));
        assert!(parse(":t").unwrap_err().contains("`:threads` or `:type` or `:time`"));
        assert!(parse(":thraeds").unwrap_err().contains("did you mean `:threads`?"));
        assert!(parse(":").unwrap_err().contains("`:help`"));
        assert!(parse(":quit now").unwrap_err().contains("nothing"));
        assert!(parse(":type").unwrap_err().contains("`:type EXPR`"));
    }
}
