//! Entries: what they declare stays, what they come to is shown, and what goes wrong ends none but them.

use super::terminal::{CTRL_C, ENTER, Home, Session};
use std::sync::Arc;

#[test]
fn values_are_shown_and_kept() {
    let mut session = Session::new();
    session.enter(1, "6 * 7");
    session.wait_for_lines(&["1> 6 * 7", "42", "2>"]);
    session.enter(2, "_ + 1");
    session.enter(3, "[\"a\", nil]");
    session.enter(4, "nil");
    session.enter(5, "_");
    session.wait_for_lines(&[
        "2> _ + 1",
        "43",
        "3> [\"a\", nil]",
        "[\"a\", nil]",
        "4> nil",
        "5> _",
        "[\"a\", nil]",
        "6>",
    ]);
    session.enter(6, "list(range(0, 3000))");
    session.wait_for("characters; `print(_)` shows them all)");
}

#[test]
fn earlier_callers_see_what_was_declared_again() {
    let mut session = Session::new();
    session.enter(1, "let suffix = \"!\"");
    session.enter(2, "fn inner() { \"old\" }");
    session.enter(3, "fn outer() { inner() + suffix }");
    session.enter(4, "outer()");
    session.wait_for_lines(&["4> outer()", "\"old!\"", "5>"]);
    session.enter(5, "fn inner() { \"new\" }");
    session.enter(6, "outer()");
    session.wait_for_lines(&["6> outer()", "\"new!\"", "7>"]);
    session.enter(7, "let suffix = \"?\"");
    session.enter(8, "outer()");
    session.wait_for_lines(&["8> outer()", "\"new?\"", "9>"]);
    // What fails to be declared again is what it was.
    session.enter(9, "let suffix = 1 / 0");
    session.enter(10, "suffix");
    session.wait_for_lines(&["10> suffix", "\"?\"", "11>"]);
}

#[test]
fn an_error_shows_the_entry_and_the_session_goes_on() {
    let mut session = Session::new();
    session.enter(1, "fn half(x) { x / 0 }");
    session.press("half(4)");
    session.press(ENTER);
    session.wait_for_prompt(3);
    session.wait_for("DivisionByZero");
    session.wait_for("<entry 1>:1:14");
    session.wait_for("x / 0");
    session.wait_for("half(4)");
    session.enter(3, "_err.kind");
    session.wait_for_lines(&["3> _err.kind", "\"DivisionByZero\"", "4>"]);
    // What cannot be compiled is no entry: its number is given again.
    session.press("missing + 1");
    session.press(ENTER);
    session.wait_for("nothing here is called `missing`");
    session.wait_for_prompt(4);
}

#[test]
fn locks_left_taken_by_a_failed_entry_are_said() {
    let mut session = Session::new();
    session.enter(1, "let guard = Lock()");
    session.enter(2, "acquire guard; raise \"stop\"");
    session.wait_for("main still holds Lock guard, taken at <entry 2>:1:1");
    session.enter(3, "raise \"again\"");
    assert_eq!(session.screen().matches("still holds").count(), 1, "{}", session.screen());
    session.enter(4, "release guard");
    session.enter(5, "guard.locked()");
    session.wait_for_lines(&["5> guard.locked()", "false", "6>"]);
}

#[test]
fn an_entry_reads_a_line_from_the_terminal() {
    let mut session = Session::new();
    session.press("let name = input(\"name? \")");
    session.press(ENTER);
    session.wait_for_line("name?");
    session.press("ann\r");
    session.wait_for_prompt(2);
    session.enter(2, "name");
    session.wait_for_lines(&["2> name", "\"ann\"", "3>"]);
    // An interrupted one leaves what is typed then to the prompt.
    session.press("input(\"more? \")");
    session.press(ENTER);
    session.wait_for_line("more?");
    session.press(CTRL_C);
    session.wait_for("Interrupted");
    session.wait_for_prompt(4);
    session.enter(4, "1 + 1");
    session.wait_for_lines(&["4> 1 + 1", "2", "5>"]);
}

#[test]
fn output_without_an_end_of_line_stays_before_the_prompt() {
    let mut session = Session::new();
    session.enter(1, "print(\"abc\", end: \"\")");
    session.wait_for_lines(&["1> print(\"abc\", end: \"\")", "abc", "2>"]);
}

#[test]
fn files_are_loaded_and_entries_saved() {
    let home = Arc::new(Home::new());
    home.file("config/conc/init.conc", "let from_start = 1\n");
    home.file("tools.conc", "fn twice(x) { 2 * x }\nprint(\"loaded\")\n");
    home.file("module.conc", "let answer = 42\n");
    let mut session = Session::start(&home, &["repl", "tools.conc"]);
    session.wait_for_prompt(1);
    session.wait_for("loaded");
    session.enter(1, "twice(from_start)");
    session.wait_for_lines(&["1> twice(from_start)", "2", "2>"]);
    session.enter(2, "import \"module.conc\" as m");
    session.enter(3, "m.answer");
    session.wait_for_lines(&["3> m.answer", "42", "4>"]);
    session.enter(4, "raise \"not this\"");
    session.press(":save saved.conc\r");
    session.wait_for("the entries are in `saved.conc`");
    session.wait_for_prompt(5);
    let saved = std::fs::read_to_string(home.path().join("saved.conc")).expect("it is there");
    assert_eq!(saved, "twice(from_start)\nimport \"module.conc\" as m\nm.answer\n");
    // The loaded file's names are not in it.
    session.wait_for("`conc FILE` refuses it: nothing here is called `twice`");
    session.press(":load missing.conc\r");
    session.wait_for("cannot read `missing.conc`");
}

#[test]
fn commands_about_values() {
    let mut session = Session::new();
    session.press(":type 1.5 + 1\r");
    session.wait_for_lines(&["1> :type 1.5 + 1", "float", "1>"]);
    session.press(":time 1 + 1\r");
    session.wait_until("a time", |screen| screen.contains("2\ntook ") && screen.ends_with("1>"));
    session.press(":time 1 + y\r");
    session.wait_for("nothing here is called `y`");
    session.wait_for_prompt(1);
    assert_eq!(session.screen().matches("took ").count(), 1);
    session.press(":dump 1 + x\r");
    session.wait_for("nothing here is called `x`");
    session.wait_for_prompt(1);
    session.press(":dump print(1)\r");
    session.wait_for("CallBuiltin");
    session.wait_for_prompt(1);
    session.press(":thraeds\r");
    session.wait_for("did you mean `:threads`?");
    session.wait_for_prompt(1);
    session.press(":doc locl\r");
    session.wait_for("did you mean `local`?");
    session.wait_for_prompt(1);
    session.press(":help event\r");
    session.wait_for("A flag that threads can wait for.");
    session.wait_for_prompt(1);
    session.enter(1, "let kept = 5");
    session.press(":history\r");
    session.wait_for_lines(&["2> :history", "   1  let kept = 5", "2>"]);
    session.press(":reset\r");
    session.wait_for_prompt(1);
    session.press("kept\r");
    session.wait_for("nothing here is called `kept`");
}

#[test]
fn what_does_not_fit_on_the_screen_goes_through_the_pager() {
    let mut session = Session::new();
    session.wait_for_prompt(1);
    session.enter(1, "let ticks = Queue()");
    session.enter(2, "let ticker = timer every 1ms { send ticks, 1 }");
    session.press(":doc queue\r");
    session.wait_for("paged: Queue");
    session.wait_for_prompt(3);
    session.enter(3, "print(\"here\", recv ticks)");
    session.wait_for("here 1");
    session.press(":doc zyz\r");
    session.wait_for("there is no topic `zyz`; `:doc` lists them");
}

#[test]
fn an_entry_can_be_edited_in_an_editor() {
    let home = Arc::new(Home::new());
    home.file("edit.sh", "sed -i 's/41/42/' \"$1\"\n");
    let mut session = Session::start(&home, &[]);
    session.wait_for_prompt(1);
    session.enter(1, "41");
    session.press(":edit\r");
    session.wait_for_line("2> 42");
    session.press(ENTER);
    session.wait_for_lines(&["2> 42", "42", "3>"]);
}
