//! Editing: blocks go on, words are completed, what is pasted is one entry, and nothing is drawn where it should not.

use super::terminal::{
    ALT_ENTER, BACKSPACE, CTRL_C, CTRL_D, CTRL_R, END, ENTER, HOME, Home, LEFT, RIGHT, Session,
    TAB, UP,
};
use std::sync::Arc;

#[test]
fn a_line_can_be_changed_anywhere() {
    let mut session = Session::new();
    session.press("2 * 3");
    session.press(HOME);
    session.press("10 + ");
    session.press(END);
    session.press("4");
    session.press(LEFT);
    session.press(BACKSPACE);
    session.wait_for_line("1> 10 + 2 * 4");
    session.press(ENTER);
    session.wait_for_lines(&["1> 10 + 2 * 4", "18", "2>"]);
    session.press(UP);
    session.wait_for_line("2> 10 + 2 * 4");
}

#[test]
fn an_unfinished_block_goes_on_indented() {
    let mut session = Session::new();
    session.press("fn f(x) {\r");
    session.press("if x {\r");
    session.press("\"yes\"\r");
    session.press("} else {\r");
    session.press("\"no\"\r");
    session.press("}\r");
    session.press("}");
    session.wait_for_lines(&[
        "1> fn f(x) {",
        "  if x {",
        "    \"yes\"",
        "  } else {",
        "    \"no\"",
        "  }",
        "}",
    ]);
    session.press(ENTER);
    session.wait_for_prompt(2);
    session.enter(2, "f(false)");
    session.wait_for_lines(&["2> f(false)", "\"no\"", "3>"]);
}

#[test]
fn alt_enter_is_always_a_new_line() {
    let mut session = Session::new();
    session.press("let a = 1");
    session.press(ALT_ENTER);
    session.press("a + 1");
    session.wait_for_lines(&["1> let a = 1", "a + 1"]);
    session.press(ENTER);
    session.wait_for_lines(&["1> let a = 1", "a + 1", "2", "2>"]);
}

#[test]
fn tab_completes_words_members_commands_and_files() {
    let home = Arc::new(Home::new());
    home.file("some-module.conc", "let x = 1\n");
    let mut session = Session::start(&home, &[]);
    session.wait_for_prompt(1);
    session.press("spa");
    session.press(TAB);
    session.wait_for_line("1> spawn");
    session.press(CTRL_C);
    session.wait_for_lines(&["1> spawn", "1>"]);
    session.enter(1, "struct Point { across; down = Lock() }");
    session.enter(2, "let origin = Point([1, 2])");
    session.press("ori");
    session.press(TAB);
    session.wait_for_line("3> origin");
    session.press(".acr");
    session.press(TAB);
    session.wait_for_line("3> origin.across");
    session.press(".pu");
    session.press(TAB);
    session.wait_for_line("3> origin.across.push");
    session.press(CTRL_C);
    session.wait_for_lines(&["3> origin.across.push", "3>"]);
    session.press("\"text\".low");
    session.press(TAB);
    session.wait_for_line("3> \"text\".lower");
    session.press(CTRL_C);
    session.wait_for_line("3>");
    session.press(":thr");
    session.press(TAB);
    session.wait_for_line("3> :threads");
    session.press(CTRL_C);
    session.wait_for_line("3>");
    session.press("import \"some");
    session.press(TAB);
    session.wait_for_line("3> import \"some-module.conc");
    session.press(CTRL_C);
    session.wait_for_line("3>");
    session.press(":load some");
    session.press(TAB);
    session.wait_for_line("3> :load some-module.conc");
    session.press(CTRL_C);
    session.wait_for_line("3>");
    session.press(":doc time-l");
    session.press(TAB);
    session.wait_for_line("3> :doc time-limits");
}

#[test]
fn several_candidates_are_listed_above_an_entry_of_several_lines() {
    let mut session = Session::new();
    session.press("let q = Queue()\r");
    session.wait_for_prompt(2);
    session.press("lock Lock() {\r");
    session.press("q.c");
    session.wait_for_lines(&["2> lock Lock() {", "  q.c"]);
    session.press(TAB);
    session.press(TAB);
    session.wait_for_lines(&["capacity  close     closed", "2> lock Lock() {", "  q.c"]);
    session.press("lose");
    session.press(TAB);
    session.wait_for_lines(&["2> lock Lock() {", "  q.close"]);
}

#[test]
fn what_is_pasted_is_one_entry() {
    let mut session = Session::new();
    session.paste("let xs = [1, 2,\n  3]\nfn total() {\n    sum(xs)\n}\nif len(xs) > 5 { 0 }\nelse { total() }");
    session.wait_for_lines(&[
        "1> let xs = [1, 2,",
        "  3]",
        "fn total() {",
        "    sum(xs)",
        "}",
        "if len(xs) > 5 { 0 }",
        "else { total() }",
    ]);
    session.press(ENTER);
    session.wait_for_lines(&["else { total() }", "6", "2>"]);
}

#[test]
fn a_line_survives_a_change_of_the_size() {
    let mut session = Session::new();
    let long = "\"a text that is long enough to be broken at forty columns\"";
    session.press(long);
    session.wait_for_line(&format!("1> {long}"));
    session.resize(24, 40);
    session.press(".upper()");
    session.wait_for("forty columns\".upper()");
    session.resize(24, 100);
    session.press(ENTER);
    session.wait_for("\"A TEXT THAT IS LONG ENOUGH TO BE BROKEN AT FORTY COLUMNS\"");
    session.wait_for_prompt(2);
}

#[test]
fn wide_and_combining_characters_keep_the_cursor_where_it_is() {
    let mut session = Session::new();
    session.press("\"日本語é\u{1F600}\"");
    session.wait_for_line("1> \"日本語é\u{1F600}\"");
    // The prompt takes 3 columns, a quote 1, three wide letters 2 each, a narrow one 1, the face 2.
    session.wait_for_column(3 + 1 + 3 * 2 + 1 + 2 + 1);
    session.press(LEFT);
    session.press(LEFT);
    session.press(BACKSPACE);
    session.wait_for_line("1> \"日本語\u{1F600}\"");
    session.press(BACKSPACE);
    session.wait_for_line("1> \"日本\u{1F600}\"");
    session.press(ENTER);
    session.wait_for_lines(&["1> \"日本\u{1F600}\"", "\"日本\u{1F600}\"", "2>"]);
    session.enter(2, "let größe = len(_)");
    session.press("grö");
    session.press(TAB);
    session.wait_for_line("3> größe");
    session.press(ENTER);
    session.wait_for_lines(&["3> größe", "3", "4>"]);
}

#[test]
fn ctrl_c_clears_the_line() {
    let mut session = Session::new();
    session.press("let a = {\r");
    session.press("b: 1");
    session.wait_for_lines(&["1> let a = {", "  b: 1"]);
    session.press(CTRL_C);
    session.wait_for_prompt(1);
    session.enter(1, "1");
    session.wait_for_lines(&["1> 1", "1", "2>"]);
}

#[test]
fn the_history_is_kept_between_sessions() {
    let home = Arc::new(Home::new());
    let mut first = Session::start(&home, &[]);
    first.wait_for_prompt(1);
    first.enter(1, "let remembered = 7");
    first.enter(2, "print(\"other\")");
    first.press(CTRL_D);
    assert_eq!(first.status(), 0);
    let mut second = Session::start(&home, &[]);
    second.wait_for_prompt(1);
    second.press(UP);
    second.wait_for_line("1> print(\"other\")");
    second.press(UP);
    second.wait_for_line("1> let remembered = 7");
    second.press(CTRL_C);
    second.wait_for_lines(&["1> let remembered = 7", "1>"]);
    second.press(CTRL_R);
    second.wait_for("(reverse-i-search)");
    second.press("memb");
    second.wait_for("`memb': let remembered = 7");
    second.press(ENTER);
    second.wait_for_prompt(2);
    second.enter(2, "remembered");
    second.wait_for_lines(&["2> remembered", "7", "3>"]);
    // The hint is what the last entry that begins so went on with.
    second.press("prin");
    second.wait_for_line("3> print(\"other\")");
    second.press(RIGHT);
    second.press(ENTER);
    second.wait_for_lines(&["3> print(\"other\")", "other", "4>"]);
}

#[test]
fn keys_typed_ahead_are_not_lost() {
    let mut session = Session::new();
    session.press("let a = 1\rlet b = a + 1\rsleep 1ms\ra + b\r");
    session.wait_for_prompt(5);
    session.wait_for_lines(&["4> a + b", "3", "5>"]);
}
