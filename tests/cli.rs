//! The command line as people meet it: what goes where, and the exit status.

#[cfg(target_os = "linux")]
#[path = "cli/endless.rs"]
mod endless;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn conc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conc"));
    command
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (String, String, i32) {
    told(conc(arguments).output().expect("conc runs"))
}

fn told(output: Output) -> (String, String, i32) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().unwrap_or(-1))
}

fn with_input(arguments: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut child = conc(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("conc reads it");
    told(child.wait_with_output().expect("conc ends"))
}

/// A file of this test's own.
fn file(name: &str, contents: &[u8]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("conc-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for files");
    let path = folder.join(name);
    std::fs::write(&path, contents).expect("a file");
    path
}

#[test]
fn a_script_is_run_in_each_way_it_can_be_given() {
    let path = file("ways.conc", b"print(\"ran\", args)\n");
    let path = path.to_str().expect("a plain path");
    assert_eq!(run(&[path, "a", "-b"]), ("ran [\"a\", \"-b\"]\n".into(), String::new(), 0));
    assert_eq!(run(&["run", path, "--seed"]), ("ran [\"--seed\"]\n".into(), String::new(), 0));
    assert_eq!(run(&["-e", "print(1 + 1, args)", "x"]), ("2 [\"x\"]\n".into(), String::new(), 0));
    assert_eq!(with_input(&["-", "y"], b"print(args)"), ("[\"y\"]\n".into(), String::new(), 0));
    assert_eq!(with_input(&[], b"#!/usr/bin/env conc\nprint(2)"), ("2\n".into(), String::new(), 0));
}

#[test]
fn statuses_are_those_of_the_language() {
    let status = |code: &str| run(&["-q", "-e", code]).2;
    assert_eq!(status("nil"), 0);
    assert_eq!(status("raise \"no\""), 1);
    assert_eq!(status("let = 1"), 2);
    assert_eq!(status("recv Queue()"), 3);
    assert_eq!(status("spawn { raise \"lost\" }"), 1);
    assert_eq!(status("spawn { recv Queue() }"), 3);
    assert_eq!(status("exit(7)"), 7);
    assert_eq!(status("spawn { exit(9) }; sleep 10s"), 9);
}

#[test]
fn a_quiet_report_is_one_line() {
    let err = run(&["-q", "-e", "raise \"one\\ntwo\\n\""]).1;
    assert_eq!(err, "<command line>:1:1: Error: one two\n");
}

#[test]
fn what_cannot_be_read_is_one_line() {
    let (out, err, status) = run(&["no/such.conc"]);
    assert_eq!((out.as_str(), status), ("", 2));
    assert_eq!(err, "error: cannot read `no/such.conc`: no such file or directory\n");
    assert_eq!(run(&["."]).1, "error: cannot read `.`: it is a directory\n");
    let latin = file("latin.conc", b"print(1)\nlet x = \"\xe9\"\n");
    let (_, err, status) = run(&[latin.to_str().expect("a plain path")]);
    assert_eq!(status, 2);
    assert!(
        err.ends_with("latin.conc`: line 2 is not UTF-8 text\n") && err.lines().count() == 1,
        "{err}"
    );
    assert_eq!(
        with_input(&["-"], b"\xff").1,
        "error: cannot read `<stdin>`: line 1 is not UTF-8 text\n"
    );
}

#[test]
fn a_wrong_command_line_says_what_was_meant() {
    let (_, err, status) = run(&["run", "--sead", "3", "x.conc"]);
    assert_eq!(status, 2);
    assert!(err.contains("--sead") && err.contains("--seed"), "{err}");
    let (_, err, status) = run(&["--color", "sometimes", "x.conc"]);
    assert_eq!(status, 2);
    assert!(err.contains("auto") && err.contains("never"), "{err}");
    for (arguments, message) in [
        ("check", "FILE… is missing (`conc check --help` tells how it is called)"),
        ("dump a b", "`b` is one word too many (`conc dump --help` tells how it is called)"),
        ("-e", "`--eval` wants CODE after it (`conc run --help` tells how it is called)"),
        (
            "doc --search",
            "`--search` wants WORD after it (`conc doc --help` tells how it is called)",
        ),
        ("--color", "`--color` wants WHEN after it (it can be auto, always, never)"),
        ("run --seed x a", "`--seed` cannot be `x` (it is a whole number, and not below 0)"),
        ("run --seed 1 --seed 2 a", "`--seed` is given twice"),
        (
            "run --max-threads 0 a",
            "`--max-threads` cannot be `0` (it is a whole number, 1 or more)",
        ),
        (
            "explore --max-schedules 0 a",
            "`--max-schedules` cannot be `0` (it is a whole number, 1 or more)",
        ),
        (
            "explore --preemptions -1 a",
            "`--preemptions` cannot be `-1` (it is a whole number, and not below 0)",
        ),
        (
            "run --timeout 5 a",
            "`--timeout` cannot be `5` (a duration is a number with a unit: 2s, 500ms, 1.5min)",
        ),
        ("help chek", "there is no command `chek` (did you mean `check`?)"),
    ] {
        let (out, err, status) = run(&arguments.split(' ').collect::<Vec<_>>());
        assert_eq!((out, err, status), (String::new(), format!("error: {message}\n"), 2));
    }
    let (_, err, status) = run(&["--json", "check"]);
    let report: serde_json::Value = serde_json::from_str(&err).expect("a line is an object");
    assert_eq!((&report["code"], status), (&"conc::usage".into(), 2));
    assert_eq!(run(&["-q", "check"]).1, "FILE… is missing\n");
}

#[test]
fn a_file_that_is_not_there_may_be_another_or_a_command() {
    let path = file("near_by.conc", b"print(1)\n");
    let folder = path.parent().expect("a folder").to_str().expect("a plain path");
    for name in ["near_by", "nearby.conc"] {
        let err = run(&[&format!("{folder}/{name}")]).1;
        assert!(err.contains(&format!("(did you mean `{folder}/near_by.conc`?)")), "{err}");
    }
    let err = run(&["exlpore", "x.conc"]).1;
    assert!(err.contains("cannot read `exlpore`") && err.contains("`conc explore`"), "{err}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let (out, err, status) = run(&["--help"]);
    assert!(
        out.contains("run")
            && out.contains("check")
            && out.contains("dump")
            && out.contains("Exit status")
    );
    assert_eq!((err.as_str(), status), ("", 0));
    assert_eq!(run(&["--version"]).0, format!("conc {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run(&["run", "--help"]).0.contains("--max-threads"));
}

#[test]
fn check_runs_nothing() {
    let good = file("good.conc", b"print(1)");
    let bad = file("bad.conc", b"print(x)\nprint(y)");
    let (good, bad) = (good.to_str().expect("a path"), bad.to_str().expect("a path"));
    assert_eq!(run(&["check", good]), (String::new(), String::new(), 0));
    let (out, err, status) = run(&["check", "--json", good, bad]);
    assert_eq!((out.as_str(), status, err.lines().count()), ("", 2, 2));
    for line in err.lines() {
        let report: serde_json::Value = serde_json::from_str(line).expect("a line is an object");
        assert_eq!(report["code"], "conc::name");
        assert!(report["file"].as_str().expect("a name").ends_with("bad.conc"));
    }
}

#[test]
fn dump_prints_what_was_made_of_a_script() {
    let path = file("dump.conc", b"fn twice(x) { x + x }\nprint(twice(21))\n");
    let path = path.to_str().expect("a path");
    let (code, _, status) = run(&["dump", path]);
    assert!(status == 0 && code.contains("fn twice(x)") && code.contains("CallFunction"), "{code}");
    let (tree, _, status) = run(&["dump", "--ast", path]);
    assert!(status == 0 && tree.contains("twice") && tree.contains("21"), "{tree}");
    assert_eq!(run(&["dump", "no.conc"]).2, 2);
}

#[test]
fn colour_is_as_it_is_wanted() {
    let colored = |command: &mut Command| {
        let output = command.output().expect("conc runs");
        String::from_utf8_lossy(&output.stderr).contains("\u{1b}[")
    };
    assert!(!colored(&mut conc(&["-e", "raise \"x\""])));
    assert!(colored(&mut conc(&["--color", "always", "-e", "raise \"x\""])));
    assert!(colored(conc(&["-e", "raise \"x\""]).env("CLICOLOR_FORCE", "1")));
    assert!(!colored(conc(&["--color=never", "-e", "raise \"x\""]).env("CLICOLOR_FORCE", "1")));
}

#[test]
fn limits_hold() {
    let threads = "let es = Event(); try { for i in 0..9 { spawn { wait es } } } catch e { print(e.kind) }; es.set()";
    assert_eq!(run(&["run", "--max-threads", "5", "-e", threads]).0, "LimitError\n");
    let depth = "fn f(n) { f(n + 1) }; try { f(0) } catch e { print(e.kind) }";
    assert_eq!(run(&["run", "--max-depth", "50", "-e", depth]).0, "StackOverflow\n");
    let random = "print(random(), random_int(1, 1000000))";
    assert_eq!(
        run(&["run", "--seed", "7", "-e", random]).0,
        run(&["run", "--seed", "7", "-e", random]).0
    );
    assert_ne!(
        run(&["run", "--seed", "7", "-e", random]).0,
        run(&["run", "--seed", "8", "-e", random]).0
    );
}

#[test]
fn a_run_whose_time_is_up_tells_what_it_was_doing() {
    let code =
        "let gate = Event(); spawn daemon \"idler\" { wait gate }; print(1); loop { sleep 1s }";
    let (out, err, status) = run(&["run", "--timeout", "300ms", "-e", code]);
    assert_eq!((out.as_str(), status), ("1\n", 124));
    assert!(err.contains("idler waits for Event gate") && err.contains("main"), "{err}");
    assert_eq!(
        run(&["run", "--timeout", "1min", "-e", "print(1)"]),
        ("1\n".into(), String::new(), 0)
    );
    let (_, err, status) = run(&["run", "--timeout", "5", "-e", "print(1)"]);
    assert!(status == 2 && err.contains("a number with a unit"), "{err}");
}

#[test]
fn a_closed_standard_output_ends_the_run_quietly() {
    let mut child = conc(&["-e", "var i = 0; loop { print(i); i += 1 }"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    let mut some = [0; 100];
    child.stdout.take().expect("a pipe").read_exact(&mut some).expect("it prints");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn a_first_thread_that_finds_standard_output_closed_goes_on_no_more() {
    for after in ["sleep 20s", "while clock() < 20s { }", "let t = spawn { sleep 20s }; join t"] {
        let script = format!("input(); print(1); {after}; exit(9)");
        let begun = Instant::now();
        let mut child = conc(&["-e", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("conc runs");
        drop(child.stdout.take());
        child.stdin.take().expect("a pipe").write_all(b"go\n").expect("conc reads it");
        let (_, err, status) = told(child.wait_with_output().expect("it ends"));
        assert_eq!((status, err.as_str()), (0, ""), "{after}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{after}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = conc(&["-e", "print(1)"]).stdout(full).output().expect("conc runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && err.contains("standard output"), "{err}");
    let path = file("full.conc", b"let x = 1\n");
    let path = path.to_str().expect("a plain path");
    for arguments in [
        &["doc"][..],
        &["doc", "lock"],
        &["explain"],
        &["man"],
        &["completions", "bash"],
        &["dump", path],
        &["explore", path],
        &["--help"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let (_, err, status) = told(conc(arguments).stdout(full).output().expect("conc runs"));
        let message = "error: standard output could not be written: no space left on device\n";
        assert_eq!((err.as_str(), status), (message, 1), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_standard_error_cannot_take_is_no_panic() {
    let path = file("full_of_errors.conc", b"var x = 0\nlet t = spawn { x += 1 }\nprint(x)\n");
    let path = path.to_str().expect("a plain path");
    for (arguments, expected) in [
        (&["no_such_file.conc"][..], 2),
        (&["-e", "print(1"], 2),
        (&["run", "--bogus"], 2),
        (&["check", "no_such_file.conc"], 2),
        (&["run", "--stats", "-e", "nil"], 0),
        (&["-e", "log(1); raise \"no\""], 1),
        (&["explore", path], 1),
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let output = conc(arguments).stderr(full).output().expect("conc runs");
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
    }
}

/// Sends a signal once the script has said that it is ready; what came of it.
fn signalled(code: &str, signals: &[&str]) -> (String, String, i32) {
    let mut child = conc(&["-q", "-e", code])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    let mut out = child.stdout.take().expect("a pipe");
    let mut ready = [0; 6];
    out.read_exact(&mut ready).expect("the script is ready");
    for signal in signals {
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("kill is there");
        assert!(sent.success());
        std::thread::sleep(Duration::from_millis(200));
    }
    let begun = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it went on in spite of {signals:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("it writes UTF-8");
    let (_, err, status) = told(child.wait_with_output().expect("it has ended"));
    (rest, err, status)
}

#[test]
fn an_interrupt_is_raised_in_main_wherever_it_is() {
    let (_, err, status) = signalled("print(\"ready\"); loop { }", &["INT"]);
    assert!(status == 130 && err.contains("Interrupted"), "{err}");
    // Calls of the runtime that need not wait are reached too.
    let (_, err, status) = signalled("print(\"ready\"); loop { clock() }", &["INT"]);
    assert!(status == 130 && err.contains("Interrupted"), "{err}");
    assert_eq!(signalled("print(\"ready\"); sleep 60s", &["INT"]).2, 130);
    assert_eq!(signalled("let m = Lock(); spawn daemon { lock m { sleep 60s } }; while not m.locked() { sleep 1ms }; print(\"ready\"); lock m { }", &["INT"]).2, 130);
    let caught = "print(\"ready\"); try { sleep 60s } catch e: Interrupted { print(\"caught\") }";
    assert_eq!(signalled(caught, &["INT"]), ("caught\n".into(), String::new(), 0));
}

#[test]
fn a_second_interrupt_ends_the_program() {
    let code = "print(\"ready\"); loop { try { loop { sleep 1s } } catch e: Interrupted { } }";
    assert_eq!(signalled(code, &["INT", "INT"]).2, 130);
}

#[test]
fn a_quit_tells_what_every_thread_does() {
    let script = "let gate = Event()
let m = Lock()
let jobs = Queue(3)
send jobs, 1
fn spin() {
  loop { if gate.is_set() { break } }
}
fn outer() {
  lock m { spin() }
}
let spinner = spawn \"spinner\" outer()
spawn daemon \"idler\" { wait gate }
while not m.locked() { sleep 1ms }
print(\"ready\")
timer 1s { gate.set() }
lock m { print(\"end\") }
";
    let path = file("quit.conc", script.as_bytes());
    let mut child = conc(&[path.to_str().expect("a path")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    let mut ready = [0; 6];
    let mut out = child.stdout.take().expect("a pipe");
    out.read_exact(&mut ready).expect("the script is ready");
    std::thread::sleep(Duration::from_millis(200));
    let id = child.id().to_string();
    assert!(
        Command::new("kill").args(["-s", "QUIT", &id]).status().expect("kill is there").success()
    );
    let (_, err, status) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 0);
    for said in [
        "main waits for Lock m, held by spinner, for 0.",
        "thread spinner holds Lock m and runs",
        "spinner holds Lock m since here",
        "in spin, called here",
        "daemon thread idler waits for Event gate, for 0.",
        "Queue jobs: 1 of 3 items, 0 waiting",
    ] {
        assert!(err.contains(said), "{said} in {err}");
    }
}

#[test]
fn stats_tell_what_a_run_cost() {
    // Who looks about before it stands in line may be held up there, on a busy machine, until it need not wait.
    let code = "let q = Queue(1); let t = spawn { for i in 0..5 { send q, i } }; sleep 1ms
        while q.waiting() == 0 { }
        for i in 0..5 { recv q; sleep 1ms }";
    let (out, err, status) = run(&["run", "--stats", "-e", code]);
    assert_eq!((out.as_str(), status), ("", 0));
    assert!(err.contains("2 started, 2 alive at most") && err.contains("Queue q"), "{err}");
    let (_, err, _) = run(&["--json", "run", "--stats", "-e", code]);
    let told: serde_json::Value = serde_json::from_str(&err).expect("an object");
    let stats = &told["stats"];
    assert_eq!(stats["threads_started"], 2);
    assert_eq!(stats["blocked"]["sleep"]["times"], 6);
    assert_eq!(stats["most_contended"][0]["object"], "Queue q");
    let wall = stats["wall"].as_u64().expect("a number");
    assert!(wall > 6_000_000, "it slept: {wall}");
}

#[test]
fn stats_count_who_is_blocked_at_the_end() {
    let code = "let m = Lock(); spawn daemon { sleep 1h }; acquire m; acquire m";
    let (_, err, status) = run(&["--json", "run", "--stats", "--timeout", "200ms", "-e", code]);
    assert_eq!(status, 124);
    let told = err.lines().last().expect("the stats come last");
    let told: serde_json::Value = serde_json::from_str(told).expect("an object");
    for kind in ["Lock", "sleep"] {
        let blocked = &told["stats"]["blocked"][kind];
        assert_eq!(blocked["times"], 1, "{told}");
        assert!(blocked["nanoseconds"].as_u64() > Some(100_000_000), "{told}");
    }
}

#[test]
fn check_tells_what_is_hardly_meant() {
    let code = b"let ts = [spawn { 1 }]
let us = [spawn { 2 }]
join ts + us
let c = Condition()
var n = 0
lock c { if n == 0 { wait c } }
lock c { while n == 0 { wait c } }
lock c { if n == 0 { wait c until n > 0 } }
";
    let path = file("suspicious.conc", code);
    let (out, err, status) = run(&["check", "-q", path.to_str().expect("a path")]);
    assert_eq!((out.as_str(), status), ("", 0));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 2, "{err}");
    assert!(lines[0].ends_with(":3:1: the value of this is not used"), "{err}");
    assert!(lines[1].ends_with(":6:22: `wait` under an `if` looks only once"), "{err}");
}

#[test]
fn options_of_explore_stand_anywhere_and_arguments_behind_two_dashes() {
    let path = file("args.conc", b"print(args)\nassert len(args) < 9\n");
    let path = path.to_str().expect("a path");
    let outcome = |arguments: &[&str]| {
        let (out, err, status) = run(arguments);
        assert_eq!((err.as_str(), status), ("", 0), "{out}");
        out
    };
    let dashed = ["explore", path, "a", "--outcomes", "-3", "--strategy", "dfs", "--", "-b", "--c"];
    let out = outcome(&dashed);
    assert!(out.starts_with("verified: ") && out.contains("(1 schedule, "), "{out}");
    assert!(out.contains("    [\"a\", \"-3\", \"-b\", \"--c\"]\n"), "{out}");
    let out = outcome(&["explore", "--strategy=random", path, "--max-schedules", "7"]);
    assert!(out.starts_with("sampled 7: "), "{out}");
    let (_, err, status) = run(&["explore", path, "--stratagy", "dfs"]);
    assert!(status == 2 && err.contains("--strategy"), "{err}");
    let (_, err, status) = run(&["explore"]);
    assert!(status == 2 && err.contains("FILE"), "{err}");
}

#[test]
fn explore_tells_an_error_in_the_words_of_a_run() {
    for (name, code, words) in [
        (
            "task.conc",
            "let pool = Pool(1)\nlet t = spawn \"job\" on pool { raise \"x\" }\njoin t\n",
            "task job was queued here, by main",
        ),
        (
            "side.conc",
            "let rw = RwLock()\nlock rw.read { lock rw.write { } }\n",
            "a thread has one side of an RwLock at a time",
        ),
    ] {
        let path = file(name, code.as_bytes());
        let path = path.to_str().expect("a path");
        let (_, real, _) = run(&[path]);
        let (explored, ..) = run(&["explore", path]);
        assert!(real.contains(words) && explored.contains(words), "{real}\n{explored}");
    }
}

#[test]
fn what_explore_finds_is_replayed_from_its_schedule() {
    let script = "var x = 0
let one = spawn \"one\" { x += 1 }
let two = spawn \"two\" { x += 1 }
join one, two
assert x == 2
";
    let path = file("lost_and_found.conc", script.as_bytes());
    let folder = path.with_file_name("schedules");
    let (name, folder) = (path.to_str().expect("a path"), folder.to_str().expect("a path"));
    let (out, err, status) = run(&["explore", name, "--save", folder]);
    assert_eq!((err.as_str(), status), ("", 1));
    assert!(out.starts_with("found: 2 things go wrong in "), "{out}");
    let schedule = format!("{folder}/assertion-1.schedule");
    assert!(out.contains(&format!("replay it with: conc replay {schedule}\n")), "{out}");
    let (replayed, err, status) = run(&["replay", &schedule]);
    assert_eq!((err.as_str(), status), ("", 1));
    assert!(replayed.contains("AssertionFailed: "), "{replayed}");
    // Without a terminal, all steps come at once.
    assert_eq!(run(&["replay", &schedule, "--step"]), (replayed, String::new(), 1));
    let whole = std::fs::read_to_string(&schedule).expect("it was saved");
    let steps = whole.lines().find(|line| line.starts_with("steps ")).expect("it has steps");
    let count = steps.split(' ').count();
    for (wrong, step) in [("steps 9", 1), (&format!("{steps} 0"), count), ("steps 0 0.7", 2)] {
        std::fs::write(&schedule, whole.replace(steps, wrong)).expect("a file");
        let (_, err, status) = run(&["replay", &schedule]);
        let expected = format!(": step {step} is not possible: the script does otherwise\n");
        assert!(status == 2 && err.ends_with(&expected), "{wrong}: {err}");
    }
    std::fs::write(&schedule, &whole).expect("a file");
    std::fs::write(&path, script.replace("== 2", "== 3")).expect("a file");
    let (_, err, status) = run(&["replay", &schedule]);
    assert!(status == 2 && err.contains("has changed since"), "{err}");
    std::fs::write(&schedule, &whole[..whole.len() / 2]).expect("a file");
    let (_, err, status) = run(&["replay", &schedule]);
    assert!(status == 2 && err.ends_with(": its end is missing\n"), "{err}");
    std::fs::write(&schedule, b"\xff\xfe").expect("a file");
    let (_, err, status) = run(&["replay", &schedule]);
    assert!(status == 2 && err.ends_with(": it is no schedule of conc's\n"), "{err}");
    let (_, err, status) = run(&["replay", folder]);
    assert!(status == 2 && err.ends_with(": it is a directory\n"), "{err}");
}

#[test]
fn what_was_found_is_told_though_it_cannot_be_saved() {
    let path = file("unsaved.conc", b"let e = Event()\nwait e\n");
    let name = path.to_str().expect("a path");
    // A file stands where the directory would be.
    let (out, err, status) = run(&["explore", name, "--save", name]);
    assert!(out.starts_with("found: 1 thing goes wrong in "), "{out}");
    assert!(status == 2 && err.starts_with("error: cannot save schedules in "), "{err}");
}

#[test]
fn an_exploration_that_is_interrupted_tells_what_it_has_seen() {
    let script = "let m = Lock()
var x = 0
join (0..6).map(fn(i) { spawn { for _ in 0..5 { lock m { x += 1 } } } })
";
    let path = file("too_much.conc", script.as_bytes());
    let child = conc(&["explore", "--budget", "60s", path.to_str().expect("a path")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("conc runs");
    std::thread::sleep(Duration::from_secs(1));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    let (out, _, status) = told(child.wait_with_output().expect("it ends"));
    assert!(out.starts_with("bounded: nothing went wrong") && status == 130, "{status} {out}");
    assert!(out.ends_with("but it was interrupted\n"), "{out}");
}

/// The pieces of code in the README's text.
fn pieces_of_readme() -> (Vec<String>, Vec<String>) {
    let text = include_str!("../README.md");
    let tour = text.find("## A tour").expect("there is a tour");
    let end = text.find("## The primitives").expect("there are primitives");
    let pieces = |part: &str| part.split("```").skip(1).step_by(2).map(str::to_owned).collect();
    (pieces(&text[..tour]), pieces(&text[tour..end]))
}

#[test]
fn the_readme_is_true() {
    let (first, tour) = pieces_of_readme();
    // On a busy machine a thread may begin later than that.
    let (out, err, status) = run(&["-e", &first[0].replace("10ms", "1s")]);
    assert!(
        status == 3 && out.lines().count() == 1 && err.contains("wait for each other"),
        "{out}{err}"
    );
    let (out, err, status) = run(&["-e", &tour.concat()]);
    assert_eq!((err.as_str(), status), ("", 0));
    assert_eq!(out, "Point(x: 1, y: 0)     6 empty\n42\ntoo slow\nnothing came\n");
}

/// Checks what a text shows of a session: the command after `$`, and the lines of its output in their order, of which `…`
/// stands for any, and the time that it took is another each time.
fn is_shown(text: &str, begins: &str, folder: &str) {
    let at = text.find(begins).unwrap_or_else(|| panic!("the text has no `{begins}`"));
    let mut lines = text[at..].lines().take_while(|line| *line != "```");
    let command = lines.next().expect("a command").trim_start_matches("$ conc ");
    let output = conc(&command.split(' ').collect::<Vec<_>>()).current_dir(folder).output();
    let (out, err, _) = told(output.expect("conc runs"));
    assert_eq!(err, "");
    let without_time = |line: &str| match line.rsplit_once(", ") {
        Some((head, time)) if time.ends_with(" s)") => format!("{head})"),
        _ => line.to_owned(),
    };
    let mut told = out.lines();
    let mut skips = false;
    for line in lines {
        if line == "…" {
            skips = true;
            continue;
        }
        let is_it = |told: &str| without_time(told) == without_time(line);
        let found = if skips { told.any(is_it) } else { told.next().is_some_and(is_it) };
        assert!(found, "`{line}` is not in its place in\n{out}");
        skips = false;
    }
}

#[test]
fn what_is_shown_of_explore_is_true() {
    is_shown(include_str!("../README.md"), "$ conc explore", env!("CARGO_MANIFEST_DIR"));
    let page = include_str!("../src/reference/exploring.md");
    let script = page.split("$ cat lost.conc\n").nth(1).expect("there is a script");
    let script = script.split("```").next().expect("it ends");
    let path = file("lost.conc", script.as_bytes());
    let folder = path.parent().and_then(|folder| folder.to_str()).expect("a folder");
    is_shown(page, "$ conc explore", folder);
}
