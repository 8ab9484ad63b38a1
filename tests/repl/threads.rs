//! Threads that go on while one types: their output, their errors, their deadlocks, and looking at them.

use super::terminal::{CTRL_C, ENTER, Session};

#[test]
fn output_appears_above_the_line_that_is_edited() {
    let mut session = Session::new();
    session.enter(1, "let go = Event()");
    session.enter(
        2,
        "let t = spawn \"teller\" { wait go; print(\"from the thread\"); log(\"logged\") }",
    );
    session.enter(3, "let later = timer 1ms { go.set() }; join later");
    session.press("fn f() {\r");
    session.press("1 +");
    session.wait_for_lines(&["4> fn f() {", "  1 +"]);
    session.wait_until("the output above", |screen| {
        screen.contains("from the thread\nteller: logged\n")
            && screen.ends_with("4> fn f() {\n  1 +")
    });
}

#[test]
fn output_comes_while_nothing_is_typed() {
    let mut session = Session::new();
    session.enter(1, "let q = Queue(0)");
    session.enter(2, "let t = spawn { for x in q { print(\"got\", x) } }");
    session.enter(3, "let u = spawn { sleep 50ms; send q, 1; sleep 50ms; send q, 2; q.close() }");
    session.press("half of a li");
    session.wait_for_lines(&["got 1", "got 2", "4> half of a li"]);
}

#[test]
fn a_flood_neither_freezes_the_prompt_nor_tears_the_line() {
    let mut session = Session::new();
    session.enter(1, "let go = Event()");
    session.enter(2, "fn flood(n) { wait go; for i in 0..4000 { print(\"t{n} line {i}\") } }");
    session.enter(3, "let ts = range(0, 5).map(fn(n) { spawn flood(n) })");
    // The flood begins at the prompt, and goes on while an entry of several lines is typed.
    session.enter(4, "timer 1ms { go.set() }");
    session.press("fn typed(a) {\r");
    for word in ["let", "b", "=", "a", "+"] {
        session.press(word);
        session.press(" ");
    }
    session.press("1\r");
    session.press("b * 2\r");
    session.press("}");
    session.wait_until("what was typed", |screen| {
        screen.ends_with("5> fn typed(a) {\n  let b = a + 1\n  b * 2\n}")
    });
    session.press(ENTER);
    session.wait_for_prompt(6);
    session.enter(6, "join ts; typed(4)");
    session.wait_for_lines(&["10", "7>"]);
    let lines = session.all_lines();
    let flood: Vec<&str> =
        lines.iter().map(|line| line.trim_end()).filter(|line| line.contains(" line ")).collect();
    assert_eq!(flood.len(), 20_001, "the flood, and the entry that made it");
    for n in 0..5 {
        let own = format!("t{n} line ");
        let of_one: Vec<&str> = flood.iter().filter_map(|line| line.strip_prefix(&own)).collect();
        let expected: Vec<String> = (0..4000).map(|i| i.to_string()).collect();
        assert_eq!(of_one, expected, "the lines of one thread, whole and in order");
    }
    // Nothing else was left behind: each other line is a prompt's, or a value's.
    let others = lines.iter().filter(|line| !line.contains(" line ") && !line.trim().is_empty());
    assert!(others.clone().count() < 25, "{:?}", others.collect::<Vec<_>>());
}

#[test]
fn ctrl_c_stops_what_runs_and_nothing_else() {
    let mut session = Session::new();
    session.enter(1, "let t = spawn { sleep 10min }");
    session.press("print(\"joining\"); join t\r");
    session.wait_for_line("joining");
    // It may not have begun to wait: then it is interrupted before that.
    session.press(CTRL_C);
    session.wait_for_prompt(3);
    session.wait_for("Interrupted: ");
    session.press("print(\"looping\"); loop { }\r");
    session.wait_for_line("looping");
    session.press(CTRL_C);
    session.wait_for_prompt(4);
    session.enter(4, "[_err.kind, _err.line, t.state()]");
    session.wait_for_lines(&["[\"Interrupted\", 1, \"blocked\"]", "5>"]);
    session.press(":cancel thread-1\r");
    session.wait_for_lines(&["5> :cancel thread-1", "5>"]);
    session.enter(5, "try { join t } catch e: Cancelled { e.kind }");
    session.wait_for_lines(&["\"Cancelled\"", "6>"]);
}

#[test]
fn a_deadlock_that_takes_in_the_prompt_is_raised_there() {
    let mut session = Session::new();
    session.enter(1, "let q = Queue()");
    session.enter(2, "let t = spawn \"patient\" { recv q }");
    session.press("join t\r");
    session.wait_for("Deadlock");
    session.wait_for_prompt(4);
    // The other was not told: it can still go on.
    session.enter(4, "send q, \"item\"");
    session.enter(5, "join t");
    session.wait_for_lines(&["5> join t", "\"item\"", "6>"]);
}

#[test]
fn a_deadlock_among_others_is_told_above_the_line() {
    let mut session = Session::new();
    session.enter(1, "let a = Lock(); let b = Lock(); let both = Barrier(2)");
    session.press("fn cross(x, y) { lock x { barrier both; lock y { } } }\r");
    session.wait_for_prompt(3);
    session
        .press("let ts = [spawn \"left\" cross(a, b), spawn \"right\" cross(b, a)]\rhalf a line");
    session.wait_for("wait for each other");
    session.wait_for_line("4> half a line");
    session.press(CTRL_C);
    session.wait_for_lines(&["4> half a line", "4>"]);
    // The other went on.
    session.enter(4, "try { join ts } catch e { e.kind }");
    session.wait_for_lines(&["\"Deadlock\"", "5>"]);
    session.press(":waits\r");
    session.wait_for_lines(&["nobody waits", "5>"]);
}

#[test]
fn an_error_nobody_waits_for_is_told_at_once() {
    let mut session = Session::new();
    session.enter(1, "let go = Event()");
    session.enter(2, "let t = spawn \"unlucky\" { wait go; [1][5] }");
    session.enter(3, "timer 1ms { go.set() }");
    session.press("half");
    session.wait_for("IndexError");
    session.wait_for("unlucky");
    session.wait_for_line("4> half");
    session.press(CTRL_C);
    session.wait_for_lines(&["4> half", "4>"]);
    // It can be received all the same.
    session.enter(4, "try { join t } catch e { e.kind }");
    session.wait_for_lines(&["\"IndexError\"", "5>"]);
}

#[test]
fn an_error_that_the_entry_receives_is_not_told() {
    let mut session = Session::new();
    session.press("let t = spawn { raise \"early\" }; while not t.done() { sleep 1ms }; try { join t } catch e { nil }\r");
    session.wait_for_prompt(2);
    session.enter(2, "\"seen\"");
    session.wait_for_lines(&["\"seen\"", "3>"]);
    assert!(!session.screen().contains("uncaught"));
    // What it leaves is told when it has ended.
    session.enter(
        3,
        "let u = spawn { raise \"late\" }; while not u.done() { sleep 1ms }; print(\"end\")",
    );
    session.wait_for("end\nconc::uncaught");
    session.wait_for_prompt(4);
}

#[test]
fn an_error_of_a_task_is_told_once() {
    let mut session = Session::new();
    session.enter(1, "let pool = Pool(1)");
    session.enter(2, "spawn on pool { raise \"unlucky\" }");
    session.wait_for("Error: unlucky");
    session.enter(3, "1");
    session.enter(4, "2");
    session.wait_for_lines(&["4> 2", "2", "5>"]);
    assert!(!session.screen().contains("another thread has ended with this error too"));
}

#[test]
fn one_sees_who_waits_for_whom_and_breaks_the_circle() {
    let mut session = Session::new();
    session.enter(1, "let a = Lock(); let b = Lock(); let both = Barrier(2)");
    // Taken by hand, anybody may give them back: so this is no deadlock to the language.
    session.press("fn cross(x, y) {\r");
    session.press("acquire x\r");
    session.press("try { barrier both; acquire y; release y } finally { release x }\r");
    session.press("}\r");
    session.wait_for_prompt(3);
    session.enter(3, "let l = spawn \"left\" cross(a, b); let r = spawn \"right\" cross(b, a)");
    session.enter(4, "while a.waiting() + b.waiting() < 2 { sleep 1ms }");
    session.press(":waits\r");
    session.wait_for_lines(&[
        "5> :waits",
        "  left   → right  for Lock b  in a circle",
        "  right  → left   for Lock a  in a circle",
        "a circle: left → right → left; `:cancel right` would break it",
        "5>",
    ]);
    session.press(":threads\r");
    session.wait_for(
        "left   holds Lock a and waits for Lock b, held by right\n         at <entry 2>:3:23, for ",
    );
    session.wait_for_prompt(5);
    session.press(":locks\r");
    session.wait_for("Lock a  held by left, taken at <entry 2>:2:3   awaited by right");
    session.wait_for_prompt(5);
    session.press(":cancel right\r");
    session.wait_for_lines(&["5> :cancel right", "5>"]);
    session.enter(5, "join l; try { join r } catch e: Cancelled { e.kind }");
    session.wait_for_lines(&["\"Cancelled\"", "6>"]);
    session.press(":waits\r");
    session.wait_for_lines(&["6> :waits", "nobody waits", "6>"]);
}
